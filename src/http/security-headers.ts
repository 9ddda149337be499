import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Nothing may be loaded, sent or framed that is not the console's own. */
const nothing = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** What browsers are to forbid, on every answer of the admin port. */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: nothing },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // Whoever puts TLS in front decides for how long; it would bind everything else under the host's name too.
    strictTransportSecurity: false,
  });
}

/** What the console's page may use besides: its own files, its API, and the style elements that bear the nonce. */
export const consolePolicy = (nonce: string): string =>
  Object.entries({
    ...nothing,
    'script-src': ["'self'"],
    'style-src': ["'self'", `'nonce-${nonce}'`],
    'connect-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'"],
    'manifest-src': ["'self'"],
  })
    .map(([directive, values]) => [directive, ...values].join(' '))
    .join('; ');
