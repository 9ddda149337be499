import type { Json } from '../../../model/json.ts';

/** A body as JSON; undefined where it is none. */
export function parsedBody(text: string, encoding: 'utf8' | 'base64'): Json | undefined {
  if (encoding === 'base64') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    // A sender may send anything; parsing is the only way to know.
    return undefined;
  }
}

/** How many bytes it was on the wire. */
export const bodyBytes = (text: string, encoding: 'utf8' | 'base64'): number =>
  encoding === 'utf8' ? new TextEncoder().encode(text).length : Math.floor((text.replace(/=+$/, '').length * 3) / 4);
