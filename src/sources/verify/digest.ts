import { createHash, createHmac } from 'node:crypto';

/** What a signature covers, in order; text counts as UTF-8. */
export type Signed = readonly (string | Uint8Array)[];

export type Algorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export const digestBytes: Readonly<Record<Algorithm, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

export function hmac(algorithm: Algorithm, secret: string | Uint8Array, signed: Signed): Buffer {
  const digest = createHmac(algorithm, secret);
  for (const part of signed) digest.update(part);
  return digest.digest();
}

export function plainHash(algorithm: Algorithm, signed: Signed): Buffer {
  const digest = createHash(algorithm);
  for (const part of signed) digest.update(part);
  return digest.digest();
}

export const sha256 = (signed: Signed): Buffer => plainHash('sha256', signed);
