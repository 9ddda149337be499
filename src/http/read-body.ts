import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../model/error.ts';

/** Largest body, in bytes; the largest senders stay below a tenth of it. */
export const bodyBytesMax = 1024 * 1024;

/**
 * The body's exact bytes. `express.raw` takes an oversize upload to its end before it answers 413; this refuses on
 * Content-Length and stops reading at the limit.
 */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity', 'content-length': announced, expect } = request.headers;
  if (encoding.toLowerCase() !== 'identity') {
    throw new GatewayError('ENCODING_UNSUPPORTED', 'the body has a Content-Encoding');
  }
  if (Number(announced) > bodyBytesMax) throw tooLarge();
  // Only now may a client that asked first begin; HTTP/1.0 knows no such answer.
  if (expect?.toLowerCase() === '100-continue' && request.httpVersion === '1.1') response.writeContinue();
  return await received(request);
}

function received(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= bodyBytesMax) return;
      request.off('data', take);
      reject(tooLarge());
    };
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks, length)));
    request.once('close', () => {
      // The sender went away in the middle; there is nobody to answer.
      if (!request.complete) reject(new GatewayError('REQUEST_INVALID', 'the request ended before its body did'));
    });
  });
}

const tooLarge = (): GatewayError =>
  new GatewayError('BODY_TOO_LARGE', `the body is larger than ${bodyBytesMax} bytes`);
