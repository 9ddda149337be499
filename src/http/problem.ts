import type { ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { GatewayError } from '../model/error.ts';
import { sendJson } from './send-json.ts';

/** The internet gets fixed texts; an operator gets our own words and hints. */
export type Audience = 'internet' | 'operator';

/** Nothing of a request or of our insides is ever reflected. */
const publicMessages: Partial<Record<GatewayError['code'], string>> = {
  NOT_FOUND: 'no such path',
  SOURCE_UNKNOWN: 'no such source',
  SIGNATURE_REFUSED: 'the signature was refused',
  BODY_TOO_LARGE: 'the body is larger than 1 MiB',
  ENCODING_UNSUPPORTED: 'send the body without Content-Encoding',
  REQUEST_INVALID: 'the request is not valid',
  SOURCE_NOT_CONFIGURED: 'this source is not configured yet',
  CERTIFICATE_UNAVAILABLE: 'the signature cannot be checked now; send it again',
  STORE_UNAVAILABLE: 'the event cannot be stored now; send it again',
  STORE_UNSAFE: 'the event cannot be stored now; send it again',
};

const retryAfterSeconds = 60;

/** Says when to come back, to whoever is turned away for a while. */
export function sendUnavailable(response: ServerResponse, body: unknown): void {
  response.setHeader('Retry-After', String(retryAfterSeconds));
  sendJson(response, 503, body);
}

/** The only place where a fault becomes an answer: `{"error":{"code","message"}}`. */
export function problemAnswerer(log: Log, audience: Audience): (error: unknown, response: ServerResponse) => void {
  return (error, response) => {
    const fault = faultOf(error);
    if (fault.code === 'STORE_UNAVAILABLE' || fault.code === 'STORE_UNSAFE')
      log.write('store.unavailable', { err: fault });
    if (fault.code === 'INTERNAL') log.write('request.failed', { err: fault });
    if (response.headersSent) response.destroy();
    else if (fault.status === 503) sendUnavailable(response, problemOf(fault, audience));
    else sendJson(response, fault.status, problemOf(fault, audience));
  };
}

function faultOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  // Express reports a path that does not decode as an error with a status of its own.
  const isBadPath = typeof error === 'object' && error !== null && 'status' in error && error.status === 400;
  return isBadPath
    ? new GatewayError('NOT_FOUND', 'no such path')
    : new GatewayError('INTERNAL', 'something went wrong', { cause: error });
}

function problemOf(fault: GatewayError, audience: Audience): unknown {
  const code = fault.code.toLowerCase();
  if (audience === 'internet') {
    // Which method to use depends on the path and on nothing that was sent, so our own word is fixed too.
    const message = fault.code === 'METHOD_NOT_ALLOWED' ? fault.message : publicMessages[fault.code];
    return { error: { code, message: message ?? 'something went wrong' } };
  }
  return { error: { code, message: fault.message, hint: fault.hint } };
}
