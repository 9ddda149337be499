import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { RawRequest } from '../../src/model/event.ts';
import type { Descriptor } from '../../src/sources/verify/descriptor.ts';
import { bytes, rawRequest } from './raw-request.ts';

/** Signs as a descriptor says and shares nothing with the code that verifies: one text, one digest, one header. */

export interface Credentials {
  /** What the gateway is configured with. */
  readonly configured: string;
  /** What the sender signs with. */
  readonly key: string | Buffer | KeyObject;
}

/** Credentials of the kind that a descriptor needs, another pair for each word. */
export function credentialsFor(descriptor: Descriptor, word: string): Credentials {
  const random = createHash('sha256').update(word).digest();
  switch (descriptor.method) {
    case 'ed25519': {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
      return { configured: raw.toString('hex'), key: privateKey };
    }
    case 'ecdsa_p256': {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      return { configured: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), key: privateKey };
    }
    case 'hmac': {
      const { secret_encoding: encoding, secret_prefix: prefix = '' } = descriptor;
      const text = encoding === 'utf8' ? `secret-${word}-of-the-sender` : random.toString(encoding);
      return { configured: `${prefix}${text}`, key: encoding === 'utf8' ? text : random };
    }
    case 'basic':
      return { configured: `user:${word}-password-of-the-sender`, key: `user:${word}-password-of-the-sender` };
    case 'hash':
    case 'token':
    case 'secret_url':
      return { configured: `secret-${word}-of-the-sender`, key: `secret-${word}-of-the-sender` };
  }
}

export interface ToSign {
  readonly body: Uint8Array;
  readonly url: string;
  readonly at: Date;
}

/** The whole request as its sender would make it. */
export function independentlySigned(descriptor: Descriptor, { key }: Credentials, parts: ToSign): RawRequest {
  const { body, url, at } = parts;
  switch (descriptor.method) {
    case 'token':
      return rawRequest({ body, url, headers: { [descriptor.header]: [`${descriptor.prefix ?? ''}${key}`] } });
    case 'basic':
      return rawRequest({
        body,
        url,
        headers: { authorization: [`Basic ${bytesOf(`${key}`).toString('base64')}`] },
      });
    case 'secret_url':
      return rawRequest({ body, url: `${url}?${descriptor.query}=${encodeURIComponent(`${key}`)}` });
    case 'hmac':
    case 'hash':
    case 'ed25519':
    case 'ecdsa_p256':
      return signedRequest(descriptor, key, { body, url, at });
  }
}

type Signed = Extract<Descriptor, { signature: unknown }>;

function signedRequest(descriptor: Signed, key: Credentials['key'], { body, url, at }: ToSign): RawRequest {
  const time = timeOf(descriptor, at);
  const id = 'msg_2mSNjWbT7vVsXqkJcLhYx1';
  const text = Buffer.from(body).toString('latin1');
  const filled = descriptor.signed.replace(/\{(\w+)\}/g, (_, name: string) => {
    const values: Readonly<Record<string, string>> = {
      body: text,
      timestamp: time,
      id,
      url: latin1(decodedUrl(url, descriptor.percent_decode ?? [])),
      method: 'POST',
      secret: latin1(`${key}`),
      form_sorted: latin1(sortedFields(text)),
    };
    return values[name] ?? '';
  });
  const signature = digest(descriptor, key, Buffer.from(filled, 'latin1')).toString(descriptor.encoding);
  const headers = Object.entries({
    ...descriptor.require_headers,
    ...(descriptor.id_header !== undefined && { [descriptor.id_header]: id }),
    ...(descriptor.timestamp?.header !== undefined && { [descriptor.timestamp.header]: time }),
    ...headerOf(descriptor, signature, time),
  });
  return rawRequest({ body, url, headers: Object.fromEntries(headers.map(([name, value]) => [name, [value]])) });
}

function timeOf({ timestamp }: Signed, at: Date): string {
  switch (timestamp?.format) {
    case undefined:
      return '';
    case 'unix_s':
    case 'unix':
      return String(Math.trunc(at.getTime() / 1000));
    case 'unix_ms':
      return String(at.getTime());
    case 'rfc3339':
      return at.toISOString();
    case 'http_date':
      return at.toUTCString();
  }
}

function digest(descriptor: Signed, key: Credentials['key'], data: Buffer): Buffer {
  switch (descriptor.method) {
    case 'hmac':
      return createHmac(descriptor.algorithm, key as string | Buffer)
        .update(data)
        .digest();
    case 'hash':
      return createHash(descriptor.algorithm).update(data).digest();
    case 'ed25519':
      return sign(undefined, data, key as KeyObject);
    case 'ecdsa_p256':
      return sign('sha256', data, key as KeyObject);
  }
}

function headerOf({ signature, timestamp }: Signed, written: string, time: string): Record<string, string> {
  switch (signature.style) {
    case 'plain':
      return { [signature.numbered ? `${signature.header}1` : signature.header]: (signature.prefix ?? '') + written };
    case 'key_value': {
      const pairs = [`${signature.key}${signature.key_separator}${written}`];
      if (timestamp?.key !== undefined) pairs.unshift(`${timestamp.key}${signature.key_separator}${time}`);
      return { [signature.header]: pairs.join(signature.separator ?? ',') };
    }
    case 'list':
      return { [signature.header]: `${signature.tag}${signature.tag_separator}${written}` };
    case 'positional':
      return { [signature.header]: [time, written].join(signature.separator ?? ',') };
  }
}

function decodedUrl(url: string, escapes: readonly string[]): string {
  let decoded = '';
  for (let at = 0; at < url.length; at += 1) {
    const code = url.slice(at, at + 3);
    decoded += escapes.includes(code) ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : url.charAt(at);
    if (escapes.includes(code)) at += 2;
  }
  return decoded;
}

function sortedFields(body: string): string {
  const pairs = Array.from(new URLSearchParams(body)).map(([name, value]) => [name, value] as const);
  pairs.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
  return pairs.map(([name, value]) => name + value).join('');
}

const bytesOf = (text: string): Buffer => Buffer.from(bytes(text));
const latin1 = (text: string): string => bytesOf(text).toString('latin1');
