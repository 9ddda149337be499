import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../model/error.ts';

/** Largest body, in bytes; the largest senders stay below a tenth of it. */
export const bodyBytesMax = 1024 * 1024;

/**
 * The body's exact bytes. `express.raw` takes an oversize upload to its end before it answers 413; this refuses on
 * Content-Length and stops reading at the limit.
 */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
  refuseEncoding(request);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bodyBytesMax) throw tooLarge(response);
  // Only now may a client that asked first (Expect: 100-continue) begin.
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of received(request)) {
    length += chunk.length;
    if (length > bodyBytesMax) throw tooLarge(response);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

async function* received(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // `destroyOnReturn: false`: the answer still has to leave through this socket.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch (cause) {
    // The sender went away in the middle; there is nobody to answer.
    throw new GatewayError('REQUEST_INVALID', 'the request ended before its body did', { cause });
  }
}

function refuseEncoding(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new GatewayError('ENCODING_UNSUPPORTED', 'the body has a Content-Encoding');
  }
}

function tooLarge(response: ServerResponse): GatewayError {
  // What is still on its way will not be read: the connection cannot be used again.
  response.setHeader('Connection', 'close');
  return new GatewayError('BODY_TOO_LARGE', `the body is larger than ${bodyBytesMax} bytes`);
}
