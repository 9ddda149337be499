import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Request, RequestHandler, Response } from 'express';
import { type ConsoleFile, ConsoleFiles } from './console-files.ts';
import { consolePolicy } from './security-headers.ts';
import { send } from './send-json.ts';

/** The same folder whether the gateway runs from its sources or from dist. */
const builtConsole = fileURLToPath(new URL('../../dist/console/', import.meta.url));

/** In the built page, where the nonce of this answer belongs. */
const noncePlaceholder = '__CSP_NONCE__';

const html = 'text/html; charset=utf-8';

/** Paths of programs: a browser that is led there gets what a program would. */
const notThePage = /^\/(api|metrics|readyz)(\/|$)/i;

const notBuilt = `<!doctype html>
<html lang="en">
<title>hookstitch</title>
<h1>The console is not built yet</h1>
<p>Build it with <code>npm run build:console</code>, then load this page again. The gateway itself runs, and so does its API.</p>
`;

/** The console: every address that a browser opens is its page, and its files are for everybody; what they show is not. */
export function consolePages(folder = builtConsole): RequestHandler {
  const files = new ConsoleFiles(folder);
  return async (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    // The answer to `*/*` stays the API's: only a browser that opens an address names HTML.
    const opensPage = request.headers.accept?.includes('text/html') === true && !notThePage.test(request.path);
    if (!opensPage && !mayBeFile(request.path)) return next();
    const built = await files.current();
    const file = built?.files.get(request.path);
    if (file !== undefined) sendFile(request, response, file);
    else if (opensPage) sendPage(response, built?.page);
    else next();
  };
}

const mayBeFile = (path: string): boolean => /\.[a-z\d]+$/.test(path) && !notThePage.test(path);

function sendPage(response: Response, page = notBuilt): void {
  const nonce = randomBytes(16).toString('base64');
  response.setHeader('Content-Security-Policy', consolePolicy(nonce));
  response.setHeader('Vary', 'Accept');
  send(response, 200, { cache: 'no-store', type: html, text: page.replaceAll(noncePlaceholder, nonce) });
}

/** Names under assets/ change with what is in them. */
const cacheOf = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

function sendFile(request: Request, response: Response, { type, bytes, gzipped, etag }: ConsoleFile): void {
  response.setHeader('Cache-Control', cacheOf(request.path));
  response.setHeader('ETag', etag);
  response.setHeader('Vary', 'Accept-Encoding');
  if (request.fresh) {
    response.writeHead(304).end();
    return;
  }
  const packed = gzipped !== null && request.acceptsEncodings('gzip') === 'gzip' ? gzipped : undefined;
  if (packed !== undefined) response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', (packed ?? bytes).length);
  response.writeHead(200).end(packed ?? bytes);
}
