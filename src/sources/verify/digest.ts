import { createHash, createHmac } from 'node:crypto';

/** What a signature covers, in order; text counts as UTF-8. */
type Signed = readonly (string | Uint8Array)[];

export function hmac(algorithm: 'sha1' | 'sha256', secret: string, signed: Signed): Buffer {
  const digest = createHmac(algorithm, secret);
  for (const part of signed) digest.update(part);
  return digest.digest();
}

export function sha256(signed: Signed): Buffer {
  const digest = createHash('sha256');
  for (const part of signed) digest.update(part);
  return digest.digest();
}
