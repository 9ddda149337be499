import type { RawRequest } from '../../model/event.ts';
import { type Checked, refuse } from './verification.ts';

/**
 * The one value of a header that decides about a request. A repeated header is refused even when all its values agree:
 * a proxy in front of us may have checked another one than we would.
 */
export function singleHeader(headers: RawRequest['headers'], name: string): Checked<string> {
  const [value = '', ...others] = headers[name] ?? [];
  if (others.length > 0) return refuse('ambiguous_signature');
  return value === '' ? refuse('missing_signature') : { ok: true, value };
}
