import { timingSafeEqual } from 'node:crypto';

/** Hex of that many bytes, or of any. Lower case only, as senders write it, so that a signature has exactly one spelling. */
export function decodeHex(text: string, length = text.length / 2): Buffer | undefined {
  return text.length === 2 * length && /^[0-9a-f]+$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/**
 * Base64 of that many bytes, or of any. Encoding them again must give the same text: Node skips characters it does not
 * know, and the last character has spare bits, so that without the check many texts stand for one signature.
 */
export function decodeBase64(
  text: string,
  length?: number,
  alphabet: 'base64' | 'base64url' = 'base64',
): Buffer | undefined {
  const bytes = Buffer.from(text, alphabet);
  const isWhole = length === undefined ? bytes.length > 0 : bytes.length === length;
  return isWhole && bytes.toString(alphabet) === text ? bytes : undefined;
}

/** Constant time for equal lengths; lengths are no secret. */
function bytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Compares all with all, without stopping at a match, so that time does not tell which secret it was. */
export function matchesAnySecret<Key extends string | Uint8Array>(
  given: readonly Uint8Array[],
  secrets: readonly Key[],
  expected: (secret: Key) => Uint8Array,
): boolean {
  let matches = false;
  for (const secret of secrets) {
    const signature = expected(secret);
    for (const candidate of given) matches = bytesEqual(signature, candidate) || matches;
  }
  return matches;
}
