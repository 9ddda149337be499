import type { Json } from '../model/json.ts';
import type { ParsedBody } from './source.ts';

/** Deeper bodies would overflow the stack of whatever walks them recursively, `JSON.stringify` included. */
const maxDepth = 64;

// `ignoreBOM` keeps a byte order mark in the text, where JSON.parse refuses it: whoever reads the stored body again
// would stumble over it too. Invalid UTF-8 is refused instead of repaired, so that no two bodies read alike.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes → JSON, for bodies that may be hostile: never throws, and recurses no deeper than it lets through. */
export function parseBody(body: Uint8Array): ParsedBody {
  let json: Json;
  try {
    json = JSON.parse(utf8.decode(body));
  } catch {
    // Neither error is kept: both quote the body, and messages are shown and logged.
    return { unusable: { reason: 'not_json', message: 'The body is not JSON in UTF-8.' } };
  }
  return isDeeperThan(json, maxDepth)
    ? { unusable: { reason: 'too_deep', message: `The body is nested deeper than ${maxDepth} levels.` } }
    : { json };
}

/** Recursion ends at the limit, however deep the body; a scalar has depth 0, an empty array 1. */
function isDeeperThan(json: unknown, limit: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  if (limit === 0) return true;
  for (const value of Object.values(json)) if (isDeeperThan(value, limit - 1)) return true;
  return false;
}
