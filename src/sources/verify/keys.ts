import { createPublicKey, type KeyObject } from 'node:crypto';
import type { SignedDescriptor } from './descriptor.ts';
import { decodeBase64, decodeHex } from './signature.ts';

type Keyed = Extract<SignedDescriptor, { secret_encoding: unknown }>;

/** The bytes of the key that a secret stands for; undefined where it is not written as it should be. */
export function secretKey(secret: string, { secret_prefix, secret_encoding }: Keyed): string | Buffer | undefined {
  const bare = withoutPrefix(secret, secret_prefix);
  switch (secret_encoding) {
    case 'utf8':
      return bare;
    case 'base64':
      return decodeBase64(bare) ?? decodeBase64(bare.replace(/=+$/, '').padEnd(Math.ceil(bare.length / 4) * 4, '='));
    case 'hex':
      return decodeHex(bare.toLowerCase());
  }
}

type Asymmetric = Extract<SignedDescriptor, { method: 'ed25519' | 'ecdsa_p256' }>;

/** What stands before the 32 bytes of an Ed25519 key in SPKI. */
const ed25519Spki = Buffer.from('302a300506032b6570032100', 'hex');

/** A public key in hex, base64 or PEM: 32 bytes are the key itself, more are SPKI. Undefined where it is none. */
export function publicKey(text: string, { method, secret_prefix }: Asymmetric): KeyObject | undefined {
  const bare = withoutPrefix(text, secret_prefix).trim();
  try {
    const key = bare.startsWith('-----BEGIN') ? createPublicKey(bare) : spkiKey(bare);
    return key !== undefined && isOf(key, method) ? key : undefined;
  } catch {
    // Node reports what is no key by throwing.
    return undefined;
  }
}

function spkiKey(text: string): KeyObject | undefined {
  const bytes = decodeHex(text.toLowerCase()) ?? decodeBase64(text);
  if (bytes === undefined) return undefined;
  const spki = bytes.length === 32 ? Buffer.concat([ed25519Spki, bytes]) : bytes;
  return createPublicKey({ key: spki, format: 'der', type: 'spki' });
}

const isOf = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, method: Asymmetric['method']): boolean =>
  method === 'ed25519'
    ? asymmetricKeyType === 'ed25519'
    : asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';

const withoutPrefix = (secret: string, prefix: string | undefined): string =>
  prefix !== undefined && secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;

/** How a secret has to be written, where it is not; undefined where it can be used. */
export function secretFault(secret: string, descriptor: SignedDescriptor): string | undefined {
  switch (descriptor.method) {
    case 'hash':
      return undefined;
    case 'hmac':
      return secretKey(secret, descriptor) === undefined
        ? `must be written in ${descriptor.secret_encoding}`
        : undefined;
    case 'ed25519':
      return publicKey(secret, descriptor) === undefined
        ? 'must be an Ed25519 public key, in hex, base64 or PEM'
        : undefined;
    case 'ecdsa_p256':
      return publicKey(secret, descriptor) === undefined ? 'must be a P-256 public key, in base64 or PEM' : undefined;
  }
}
