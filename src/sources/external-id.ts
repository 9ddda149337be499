import { createHash } from 'node:crypto';
import type { Json } from '../model/json.ts';

// PostgreSQL refuses index entries over about 2,700 bytes; a shorter limit keeps ids readable in a list.
const maxLength = 250;

/**
 * The dedupe key of an event whose sender gives it no id of its own. JSON keeps the parts apart whatever they contain;
 * what grows too long for an index is hashed.
 */
export function externalIdOf(parts: readonly (Json | undefined)[]): string {
  const text = JSON.stringify(parts);
  return text.length <= maxLength ? text : contentHash(text);
}

export const contentHash = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
