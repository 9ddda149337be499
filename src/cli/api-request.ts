import http from 'node:http';
import { GatewayError } from '../model/error.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly token: string;
  readonly body?: string | undefined;
  /** Without any it waits as long as the gateway works. */
  readonly patienceMs?: number | undefined;
}

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request to the gateway. Unlike `fetch` it gives up only when it is told to. Throws GATEWAY_UNREACHABLE, GATEWAY_SILENT. */
export async function requestApi(baseUrl: string, path: string, request: ApiRequest): Promise<ApiAnswer> {
  const { method, token, body, patienceMs } = request;
  const patience = patienceMs === undefined ? undefined : AbortSignal.timeout(patienceMs);
  const outgoing = http.request(`${baseUrl}/api${path}`, {
    method,
    agent: false,
    ...(patience && { signal: patience }),
  });
  outgoing.setHeader('authorization', `Bearer ${token}`);
  if (body !== undefined) outgoing.setHeader('content-type', 'application/json');
  let isConnected = false;
  outgoing.once('socket', (socket) => socket.once('connect', () => (isConnected = true)));
  try {
    return await answerTo(outgoing, body);
  } catch (cause) {
    if (patience?.aborted)
      throw silent(`the gateway at ${baseUrl} has not answered within ${(patienceMs ?? 0) / 1_000} seconds`, cause);
    if (isConnected) throw silent(`the gateway at ${baseUrl} went away before it had answered`, cause);
    throw new GatewayError('GATEWAY_UNREACHABLE', `no gateway answers at ${baseUrl}`, {
      hint: 'start it with `hookstitch serve`, or set ADMIN_HOST and ADMIN_PORT to where it runs',
      cause,
    });
  }
}

const silent = (message: string, cause: unknown): GatewayError =>
  new GatewayError('GATEWAY_SILENT', message, { hint: 'see in its log what it is doing, and ask again', cause });

function answerTo(outgoing: http.ClientRequest, body: string | undefined): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    outgoing.end(body);
  });
}
