import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import {
  type Carrier,
  ConnectionEnded,
  type ConnectionSettings,
  type Outgoing,
  readUpTo,
  tlsSettings,
} from './carrier.ts';

/** Over `node:http`: slower than undici, and the one that bears whatever a server says before its answer. */
export function carrierOverNode({ lookup, idleMs }: ConnectionSettings): Carrier {
  const options = { keepAlive: true, timeout: idleMs, lookup };
  const httpAgent = new http.Agent(options);
  const httpsAgent = new https.Agent({ ...options, ...tlsSettings });

  function open({ url, method, headers, body }: Outgoing): http.ClientRequest {
    const length = body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))];
    const request = { ...urlToHttpOptions(url), method, headers: ['host', url.host, ...headers, ...length] };
    return url.protocol === 'https:'
      ? https.request({ ...request, agent: httpsAgent })
      : http.request({ ...request, agent: httpAgent });
  }

  return {
    carry: (outgoing, stop) =>
      new Promise((resolve, reject) => {
        const request = open(outgoing);
        stop.once('abort', () => request.destroy());
        request.on('error', reject);
        // All that is heard where the server switches protocols.
        const closed = (): void => reject(new ConnectionEnded('closed without an answer'));
        request.on('close', closed);
        request.on('response', (response) => {
          request.off('close', closed);
          const { statusCode: status = 0, headers } = response;
          readUpTo(outgoing.answerBytesMax, response).then((body) => resolve({ status, headers, body }), reject);
        });
        request.end(outgoing.body);
      }),
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
