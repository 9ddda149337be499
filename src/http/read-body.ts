import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../model/error.ts';

/** Largest body, in bytes; the largest senders stay below a tenth of it. */
export const bodyBytesMax = 1024 * 1024;

/**
 * Bytes of unfinished bodies over all connections. Unsigned senders must not be able to fill the memory with them; what
 * is verified and waits for its commit is bounded by the store.
 */
const unfinishedBytesMax = 64 * bodyBytesMax;

/** Reads bodies; one for all connections of a receiver. */
export class BodyReader {
  #unfinishedBytes = 0;

  /**
   * The body's exact bytes. `express.raw` takes an oversize upload to its end before it answers 413; this refuses on
   * Content-Length and stops reading at the limit.
   */
  async read(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
    const { 'content-encoding': encoding = 'identity', 'content-length': announced, expect } = request.headers;
    if (encoding.toLowerCase() !== 'identity') {
      throw new GatewayError('ENCODING_UNSUPPORTED', 'the body has a Content-Encoding');
    }
    if (Number(announced) > bodyBytesMax) throw tooLarge();
    // Only now may a client that asked first begin; HTTP/1.0 knows no such answer.
    if (expect?.toLowerCase() === '100-continue' && request.httpVersion === '1.1') response.writeContinue();
    return await this.#received(request);
  }

  #received(request: IncomingMessage): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const finish = (end: () => void): void => {
        this.#unfinishedBytes -= length;
        length = 0;
        request.off('data', take);
        end();
      };
      const take = (chunk: Buffer): void => {
        chunks.push(chunk);
        length += chunk.length;
        this.#unfinishedBytes += chunk.length;
        if (length > bodyBytesMax) finish(() => reject(tooLarge()));
        else if (this.#unfinishedBytes > unfinishedBytesMax) finish(() => reject(tooManyBodies()));
      };
      request.on('data', take);
      request.once('end', () => finish(() => resolve(joined(chunks))));
      request.once('close', () => {
        // The sender went away in the middle; there is nobody to answer.
        if (!request.complete) finish(() => reject(endedEarly()));
      });
    });
  }
}

/** Most bodies come in one piece, which is theirs alone and need not be copied. */
const joined = (chunks: readonly Buffer[]): Buffer =>
  chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);

const endedEarly = (): GatewayError => new GatewayError('REQUEST_INVALID', 'the request ended before its body did');

const tooManyBodies = (): GatewayError =>
  new GatewayError('STORE_UNAVAILABLE', 'too many bodies are being received at once');

const tooLarge = (): GatewayError =>
  new GatewayError('BODY_TOO_LARGE', `the body is larger than ${bodyBytesMax} bytes`);
