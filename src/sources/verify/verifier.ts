import { isUtf8 } from 'node:buffer';
import { type KeyObject, verify as verifySignature } from 'node:crypto';
import type { RawRequest } from '../../model/event.ts';
import type { Verification } from '../source.ts';
import type { SignedDescriptor } from './descriptor.ts';
import { digestBytes, hmac, plainHash, type Signed } from './digest.ts';
import { publicKey, secretKey } from './keys.ts';
import { type ReadSignature, signatureReader } from './read-signature.ts';
import { matchesAnySecret } from './signature.ts';
import { singleHeader } from './single-header.ts';
import { compileTemplate, type Given } from './template.ts';
import { isFresh, parseTimestamp, type TimestampFormat } from './timestamp.ts';
import { accepted, type Checked, refuse } from './verification.ts';

/** Pure and constant in time over the secrets; every secret and every signature is tried. Never throws. */
export type Verify = (request: RawRequest, secrets: readonly string[], now: Date) => Verification;

/** A descriptor made into a function once, so that a request costs what code for this sender alone would. */
export function compileVerifier(descriptor: SignedDescriptor): Verify {
  const readSignatures = signatureReader(descriptor, signatureBytes(descriptor));
  const readTime = timeReader(descriptor);
  const readId = idReader(descriptor.id_header);
  const required = Object.entries(descriptor.require_headers ?? {});
  const isProved = proof(descriptor);
  return (request, secrets, now) => {
    const read = readSignatures(request.headers);
    if (!read.ok) return read;
    const unmet = required.length === 0 ? undefined : unmetHeader(request.headers, required);
    if (unmet !== undefined) return unmet;
    const time = readTime(request.headers, read.value);
    if (!time.ok) return time;
    const id = readId(request.headers);
    if (!id.ok) return id;
    const given = { timestamp: time.value.text, id: id.value, secret: '' };
    if (!isProved({ request, given, signatures: read.value.signatures }, secrets)) return refuse('bad_signature');
    return time.value.isFresh(now) ? accepted : refuse('stale_timestamp');
  };
}

function signatureBytes(descriptor: SignedDescriptor): number | undefined {
  switch (descriptor.method) {
    case 'hmac':
    case 'hash':
      return digestBytes[descriptor.algorithm];
    case 'ed25519':
      return 64;
    case 'ecdsa_p256':
      return undefined;
  }
}

type Headers = RawRequest['headers'];

/** A header that is there with another value counts as missing: it names another way of signing. */
function unmetHeader(headers: Headers, required: readonly (readonly [string, string])[]): Verification | undefined {
  for (const [name, wanted] of required) {
    const header = singleHeader(headers, name);
    if (!header.ok) return header;
    if (header.value !== wanted) return refuse('missing_signature');
  }
  return undefined;
}

interface ReadTime {
  readonly text: string;
  isFresh(now: Date): boolean;
}

const timeless: Checked<ReadTime> = { ok: true, value: { text: '', isFresh: () => true } };

function timeReader({ timestamp }: SignedDescriptor): (headers: Headers, read: ReadSignature) => Checked<ReadTime> {
  if (timestamp === undefined) return () => timeless;
  const { header, format, tolerance_s, future_tolerance_s = tolerance_s } = timestamp;
  const tolerance = { pastMs: tolerance_s * 1000, futureMs: future_tolerance_s * 1000 };
  return (headers, read) => {
    const found: Checked<string> =
      header === undefined ? { ok: true, value: read.timestamp ?? '' } : singleHeader(headers, header);
    if (!found.ok) return found;
    const text = found.value;
    const atMs = parseTimestamp(text, format);
    if (atMs === undefined) return refuse('malformed_signature');
    return { ok: true, value: { text, isFresh: (now) => isFresh(atMs, nowIn(format, text, now), tolerance) } };
  };
}

/** Where only whole seconds are signed, only those count. */
const nowIn = (format: TimestampFormat, text: string, now: Date): number =>
  format === 'unix_ms' || text.length === 13 ? now.getTime() : Math.floor(now.getTime() / 1000) * 1000;

const noId: Checked<string> = { ok: true, value: '' };

const idReader = (header: string | undefined): ((headers: Headers) => Checked<string>) => {
  if (header === undefined) return () => noId;
  return (headers) => {
    const id = singleHeader(headers, header);
    return !id.ok || /^[\x21-\x7e]{1,256}$/.test(id.value) ? id : refuse('malformed_signature');
  };
};

interface Claim {
  readonly request: RawRequest;
  readonly given: Given;
  readonly signatures: readonly Uint8Array[];
}

type Proof = (claim: Claim, secrets: readonly string[]) => boolean;

function proof(descriptor: SignedDescriptor): Proof {
  const fill = compileTemplate(descriptor);
  switch (descriptor.method) {
    case 'hmac': {
      const { algorithm } = descriptor;
      const keysOf = remembered((secret) => secretKey(secret, descriptor));
      return ({ request, given, signatures }, secrets) => {
        const signed = fill(request, given);
        return (
          signed !== undefined && matchesAnySecret(signatures, keysOf(secrets), (key) => hmac(algorithm, key, signed))
        );
      };
    }
    case 'hash': {
      const { algorithm } = descriptor;
      return ({ request, given, signatures }, secrets) => {
        const signedWith = (secret: string) => fill(request, { ...given, secret });
        // Whoever has one such hash can compute the hash of a longer body, but not without the hash's padding in its
        // middle, which starts with 0x80 and so is never UTF-8.
        if (!isUtf8(request.body) || signedWith('') === undefined) return false;
        return matchesAnySecret(signatures, secrets, (secret) => plainHash(algorithm, signedWith(secret) ?? []));
      };
    }
    case 'ed25519':
    case 'ecdsa_p256': {
      const digest = descriptor.method === 'ed25519' ? null : 'sha256';
      const keysOf = remembered((secret) => publicKey(secret, descriptor));
      return ({ request, given, signatures }, secrets) => {
        const signed = fill(request, given);
        if (signed === undefined) return false;
        const data = joined(signed);
        return keysOf(secrets).some((key) =>
          signatures.some((signature) => verifySignature(digest, data, key, signature)),
        );
      };
    }
  }
}

const joined = (signed: Signed): Buffer =>
  Buffer.concat(signed.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));

/** The keys that secrets stand for, made once for each list; what stands for none was told when it was configured. */
function remembered<Key extends string | Uint8Array | KeyObject>(
  keyOf: (secret: string) => Key | undefined,
): (secrets: readonly string[]) => readonly Key[] {
  const known = new WeakMap<readonly string[], readonly Key[]>();
  return (secrets) => {
    const there = known.get(secrets);
    if (there !== undefined) return there;
    const keys = secrets.map(keyOf).filter((key) => key !== undefined);
    known.set(secrets, keys);
    return keys;
  };
}
