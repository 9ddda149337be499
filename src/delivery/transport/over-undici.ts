import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Agent } from 'undici';
import { type Carrier, type ConnectionSettings, readUpTo, tlsSettings } from './carrier.ts';

/** Over undici, which spends on a request two thirds of what `node:http` does. */
export function carrierOverUndici(settings: ConnectionSettings): Carrier {
  let agent: Agent | undefined;
  return {
    async carry({ url, method, headers, body = null, answerBytesMax }, stop) {
      agent ??= agentWith(settings);
      const path = url.pathname + url.search;
      const response = await agent.request({ origin: url.origin, path, method, headers, body, signal: stop });
      const text = await readUpTo(answerBytesMax, response.body);
      // undici has the connection back with the next turn of the loop; who sends before that opens another one.
      await nextTurn();
      return { status: response.statusCode, headers: response.headers, body: text };
    },
    close() {
      void agent?.destroy();
    },
  };
}

const require = createRequire(import.meta.url);

/** undici is loaded with the first request: it is megabytes and some 50 ms, and a gateway's start waits for neither. */
function agentWith({ lookup, idleMs }: ConnectionSettings): Agent {
  const undici = require('undici') as typeof import('undici');
  return new undici.Agent({
    allowH2: false,
    connect: { lookup, ...tlsSettings },
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    // One deadline counts, and it is not here.
    connectTimeout: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
