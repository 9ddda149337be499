import { keptAdminToken } from '../config/admin-token.ts';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { readSettings } from '../config/settings.ts';
import { GatewayError } from '../model/error.ts';
import { type ApiClient, createApiClient } from './api-client.ts';

/** The API of the gateway that this environment describes. Throws GATEWAY_UNREACHABLE where none has ever run. */
export function runningGateway(environment: Environment = readEnvironment()): ApiClient {
  const { adminHost, adminPort, adminToken, dataDir } = readSettings(environment);
  const token = adminToken ?? keptAdminToken(dataDir);
  const host = ['0.0.0.0', '::'].includes(adminHost) ? '127.0.0.1' : adminHost;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${adminPort}`;
  if (token === undefined) {
    throw new GatewayError(
      'GATEWAY_UNREACHABLE',
      `there is no admin token in ${dataDir}, so no gateway has run there`,
      {
        hint: "start one with `hookstitch serve`, or set DATA_DIR to the gateway's folder (or ADMIN_TOKEN)",
      },
    );
  }
  return createApiClient(url, token);
}

/** GATEWAY_UNREACHABLE where no gateway is running: there are other places to look. */
export async function gatewayIfRunning(): Promise<ApiClient | GatewayError> {
  try {
    const api = runningGateway();
    await api.get('/stats');
    return api;
  } catch (error) {
    // Whatever else keeps it from answering is for whoever asked.
    if (error instanceof GatewayError && error.code === 'GATEWAY_UNREACHABLE') return error;
    throw error;
  }
}
