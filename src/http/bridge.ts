import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestHandler } from 'express';
import { send } from './send-json.ts';

/** Made from src/bridge, and the same file whether the gateway runs from its sources or from dist. */
const script = new URL('../bridge/bridge.min.js', import.meta.url);

const cache = 'public, max-age=3600';

/** `GET /bridge.js`: the same for everybody, so browsers and proxies keep it for an hour and then ask whether it changed. */
export function bridge(): RequestHandler {
  const text = readFileSync(script, 'utf8');
  const headers = {
    ETag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`,
    // Pages of any origin load it, also with `crossorigin` on the tag or under Cross-Origin-Embedder-Policy.
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
  return (request, response) => {
    response.setHeaders(new Map(Object.entries(headers)));
    if (request.fresh) response.writeHead(304, { 'Cache-Control': cache }).end();
    else send(response, 200, { cache, type: 'text/javascript; charset=utf-8', text });
  };
}
