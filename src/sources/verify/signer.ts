import { createPrivateKey, type KeyObject, sign as signWith } from 'node:crypto';
import { GatewayError } from '../../model/error.ts';
import { contentHash } from '../external-id.ts';
import type { SignedDescriptor } from './descriptor.ts';
import { hmac, plainHash, type Signed } from './digest.ts';
import { secretKey } from './keys.ts';
import { compileTemplate, type SignedRequest } from './template.ts';
import { writeTimestamp } from './timestamp.ts';

/** The headers that a sender would sign a request with; for public keys `secret` is the private key in PEM. */
export type Sign = (request: SignedRequest, secret: string, now: Date) => Readonly<Record<string, string>>;

/** The mirror of a verifier. Throws SOURCE_NOT_CONFIGURED where only the sender can sign. */
export function compileSigner(descriptor: SignedDescriptor): Sign {
  const fill = compileTemplate(descriptor);
  const { timestamp, id_header, require_headers, encoding } = descriptor;
  return (request, secret, now) => {
    const time = timestamp === undefined ? '' : writeTimestamp(now, timestamp.format);
    const id = id_header === undefined ? '' : `msg_${contentHash(request.body).slice(0, 24)}`;
    const signed = fill(request, { timestamp: time, id, secret });
    if (signed === undefined) throw new GatewayError('REQUEST_INVALID', 'only a form can be signed so');
    const signature = signatureOf(descriptor, secret, signed).toString(encoding);
    return {
      ...require_headers,
      ...(id_header !== undefined && { [id_header]: id }),
      ...(timestamp?.header !== undefined && { [timestamp.header]: time }),
      ...signatureHeader(descriptor, signature, time),
    };
  };
}

function signatureOf(descriptor: SignedDescriptor, secret: string, signed: Signed): Buffer {
  switch (descriptor.method) {
    case 'hmac':
      return hmac(descriptor.algorithm, secretKey(secret, descriptor) ?? secret, signed);
    case 'hash':
      return plainHash(descriptor.algorithm, signed);
    case 'ed25519':
    case 'ecdsa_p256': {
      const data = Buffer.concat(signed.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
      return signWith(descriptor.method === 'ed25519' ? null : 'sha256', data, privateKey(secret));
    }
  }
}

function privateKey(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    // Node's message would quote the key.
    throw new GatewayError('SOURCE_NOT_CONFIGURED', 'this sender signs with a private key, which it alone has', {
      hint: 'to try it out, configure the public key of a pair of your own, and sign with --key <private key in PEM>',
    });
  }
}

function signatureHeader(
  { signature, timestamp }: SignedDescriptor,
  written: string,
  time: string,
): Readonly<Record<string, string>> {
  const { header, style, prefix = '', numbered, key = '', key_separator, tag = '', tag_separator } = signature;
  switch (style) {
    case 'plain':
      return { [numbered ? `${header}1` : header]: `${prefix}${written}` };
    case 'key_value': {
      const own = `${key}${key_separator}${written}`;
      const { separator = ',' } = signature;
      return {
        [header]: timestamp?.key === undefined ? own : `${timestamp.key}${key_separator}${time}${separator}${own}`,
      };
    }
    case 'list':
      return { [header]: `${tag}${tag_separator}${written}` };
    case 'positional':
      return { [header]: `${time}${signature.separator ?? ','}${written}` };
  }
}
