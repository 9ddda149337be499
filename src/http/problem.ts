import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Log } from '../log.ts';
import { GatewayError } from '../model/error.ts';

/** Sender-facing texts: fixed, so that nothing of a request or of our insides is ever reflected. */
const publicMessages: Partial<Record<GatewayError['code'], string>> = {
  NOT_FOUND: 'no such path',
  SOURCE_UNKNOWN: 'no such source',
  METHOD_NOT_ALLOWED: 'use POST',
  SIGNATURE_REFUSED: 'the signature was refused',
  BODY_TOO_LARGE: 'the body is larger than 1 MiB',
  ENCODING_UNSUPPORTED: 'send the body without Content-Encoding',
  REQUEST_INVALID: 'the request is not valid',
  SOURCE_NOT_CONFIGURED: 'this source is not configured yet',
  STORE_UNAVAILABLE: 'the event cannot be stored now; send it again',
};

const retryAfterSeconds = 60;

/** Answers with `{"error":{"code","message"}}`; `publicly` hides our own wording from the internet. */
export function sendProblem(response: Response, error: GatewayError, { publicly }: { readonly publicly: boolean }): void {
  if (error.status === 503) response.setHeader('Retry-After', String(retryAfterSeconds));
  const message = publicly ? (publicMessages[error.code] ?? 'something went wrong') : error.message;
  const code = error.code.toLowerCase();
  sendJson(response, error.status, { error: publicly || error.hint === undefined ? { code, message } : { code, message, hint: error.hint } });
}

export function sendJson(response: Response, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

/** The only place where a fault becomes an answer. */
export function problemHandler(log: Log, options: { readonly publicly: boolean }): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error instanceof GatewayError) {
      if (error.code === 'STORE_UNAVAILABLE') log.write('store.unavailable', { err: error });
      sendProblem(response, error, options);
      return;
    }
    // Express reports a path that does not decode as an error with a status of its own.
    if (isBadPath(error)) {
      sendProblem(response, new GatewayError('NOT_FOUND', 'no such path'), options);
      return;
    }
    log.write('request.failed', { err: error });
    sendProblem(response, new GatewayError('INTERNAL', 'something went wrong'), options);
  };
}

const isBadPath = (error: unknown): boolean => typeof error === 'object' && error !== null && 'status' in error && error.status === 400;

export const notFound: RequestHandler = (_request, _response, next) => next(new GatewayError('NOT_FOUND', 'no such path'));
