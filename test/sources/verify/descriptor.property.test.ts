import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../../../src/model/event.ts';
import { type Descriptor, descriptor } from '../../../src/sources/verify/descriptor.ts';
import { compileSigner } from '../../../src/sources/verify/signer.ts';
import {
  compileTellingSigner,
  compileTellingVerifier,
  urlWithSecret,
} from '../../../src/sources/verify/told-secret.ts';
import { compileVerifier } from '../../../src/sources/verify/verifier.ts';
import { independentlySigned } from '../independent-signer.ts';
import { bytes, headersOf, now, rawRequest } from '../raw-request.ts';

/** Any descriptor that loads, any request signed by it: it verifies, and no other request does. */

/** Ten thousand in all, in parts that end in a while each. */
const parts = Array.from({ length: 10 }, (_, part) => ({ numRuns: 1_000, seed: 20_261_125 + part }));

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,14}[a-z]$/);
const header = (start: string) => word.map((rest) => `x-${start}-${rest}`);
const literal = fc.stringMatching(/^[A-Za-z0-9 .:|/_-]{0,6}$/);

const style = fc.oneof(
  fc.record(
    { style: fc.constant('plain'), prefix: fc.stringMatching(/^[a-z0-9]{1,8}[=:]$/) },
    { requiredKeys: ['style'] },
  ),
  fc.record({ style: fc.constant('plain'), numbered: fc.constant(true) }),
  fc.record({
    style: fc.constant('key_value'),
    key: fc.constantFrom('v1', 'h1', 's', 'sig1'),
    separator: fc.constantFrom(',', ';', ', '),
    key_separator: fc.constantFrom('=', ':'),
  }),
  fc.record({
    style: fc.constant('list'),
    tag: fc.constantFrom('v1', 'v1a'),
    separator: fc.constantFrom(' ', ';'),
    tag_separator: fc.constantFrom(',', ':'),
  }),
  fc.record({ style: fc.constant('positional'), separator: fc.constantFrom(',', ';') }),
);

const time = fc.record({
  format: fc.constantFrom('unix_s', 'unix_ms', 'unix', 'rfc3339', 'http_date'),
  tolerance_s: fc.integer({ min: 1, max: 86_400 }),
});

interface Parts {
  readonly method: 'hmac' | 'hash' | 'ed25519' | 'ecdsa_p256';
  readonly style: Readonly<Record<string, unknown>>;
  readonly names: readonly [string, string, string];
  readonly time: Readonly<Record<string, unknown>> | null;
  readonly timeInside: boolean;
  readonly isForm: boolean;
  readonly has: { readonly id: boolean; readonly url: boolean; readonly method: boolean; readonly required: boolean };
  readonly order: readonly number[];
  readonly literals: readonly string[];
  readonly encoding: string;
  readonly algorithm: string;
  readonly secretEncoding: string;
  readonly secretPrefix: string | undefined;
}

const signing: fc.Arbitrary<Descriptor> = fc
  .record<Parts>({
    method: fc.constantFrom('hmac', 'hmac', 'hmac', 'hash', 'ed25519', 'ecdsa_p256'),
    style,
    names: fc.tuple(header('a'), header('b'), header('c')),
    time: fc.option(time),
    timeInside: fc.boolean(),
    isForm: fc.boolean(),
    has: fc.record({ id: fc.boolean(), url: fc.boolean(), method: fc.boolean(), required: fc.boolean() }),
    order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
    literals: fc.array(literal, { minLength: 7, maxLength: 7 }),
    encoding: fc.constantFrom('hex', 'base64', 'base64url'),
    algorithm: fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512'),
    secretEncoding: fc.constantFrom('utf8', 'base64', 'hex'),
    secretPrefix: fc.option(fc.constantFrom('whsec_', 'key-'), { nil: undefined }),
  })
  .map((parts) => descriptor.parse(written(parts)));

function written(parts: Parts): Readonly<Record<string, unknown>> {
  const { method, names, has } = parts;
  const isHmac = method === 'hmac';
  const timed = timeOf(parts);
  const all: Readonly<Record<string, unknown>> = {
    method,
    encoding: parts.encoding,
    signature: { header: names[0], ...parts.style },
    signed: templateOf(parts, timed !== undefined),
    timestamp: timed,
    id_header: has.id ? names[2] : undefined,
    percent_decode: has.url ? ['%3A', '%2F', '%40'] : undefined,
    require_headers: has.required ? { 'x-version': 'v2' } : undefined,
    algorithm: isHmac || method === 'hash' ? parts.algorithm : undefined,
    secret_encoding: isHmac ? parts.secretEncoding : undefined,
    secret_prefix: isHmac ? parts.secretPrefix : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** In a header of its own, or where the style has a place for it. */
function timeOf({ style: { style: name }, time: asked, timeInside, names }: Parts) {
  if (name === 'positional') return withoutSpaces(asked ?? { format: 'unix_s' });
  if (asked === null) return undefined;
  return name === 'key_value' && timeInside ? { ...withoutSpaces(asked), key: 't' } : { ...asked, header: names[1] };
}

/** A date has the commas and spaces that stand between elements, so it never stands among them. */
const withoutSpaces = (asked: Readonly<Record<string, unknown>>) =>
  asked.format === 'http_date' ? { ...asked, format: 'rfc3339' } : asked;

function templateOf({ method, isForm, has, order, literals }: Parts, isTimed: boolean): string {
  const places = [
    isForm ? '{form_sorted}' : '{body}',
    isTimed ? '{timestamp}' : '',
    has.id ? '{id}' : '',
    has.url ? '{url}' : '',
    has.method ? '{method}' : '',
    method === 'hash' ? '{secret}' : '',
  ];
  return `${order.map((index, at) => `${literals[at]}${places[index]}`).join('')}${literals[6]}`;
}

const field = fc.tuple(
  fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
  fc.string({ maxLength: 8, unit: 'grapheme' }),
);
const form = fc
  .uniqueArray(field, { minLength: 1, maxLength: 5, selector: ([name]) => name })
  .map((fields) => new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString());

const url = fc
  .tuple(word, word, fc.constantFrom('', '?a=b%3Ac&d=%20e', '?x=%2F%40'))
  .map(([path, kind, query]) => `https://hooks.example.com/in/${path}/${kind}${query}`);

const keyPairs = {
  ed25519: [0, 1].map(() => generateKeyPairSync('ed25519')),
  ecdsa_p256: [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })),
};

interface Secrets {
  readonly configured: string;
  readonly signing: string;
}

function secretsFor(of: Descriptor, random: Uint8Array): Secrets {
  switch (of.method) {
    case 'ed25519':
    case 'ecdsa_p256': {
      const pair = keyPairs[of.method][(random[0] ?? 0) % 2];
      return {
        configured: `${pair?.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`,
        signing: `${pair?.privateKey.export({ format: 'pem', type: 'pkcs8' })}`,
      };
    }
    case 'hmac': {
      const text = Buffer.from(random).toString(of.secret_encoding === 'hex' ? 'hex' : 'base64');
      const secret = `${of.secret_prefix ?? ''}${text}`;
      return { configured: secret, signing: secret };
    }
    case 'hash':
    case 'token':
    case 'basic':
    case 'secret_url': {
      const secret = `user:${Buffer.from(random).toString('base64url')}`;
      return { configured: secret, signing: secret };
    }
  }
}

/** Where in a request a byte is changed, and to what. */
interface Change {
  readonly place: number;
  readonly at: number;
  readonly by: number;
}

const change = fc.record<Change>({
  place: fc.nat(20),
  at: fc.nat(100_000),
  by: fc.integer({ min: 1, max: 255 }),
});

/** One byte of something that the signature covers or that carries it, other than it was. */
function changed(of: Descriptor, request: RawRequest, { place, at, by }: Change): RawRequest {
  const coversBody = 'signed' in of;
  const coversUrl = of.method === 'secret_url' || ('signed' in of && of.signed.includes('{url}'));
  const places = [...Object.keys(request.headers), ...(coversBody ? ['body'] : []), ...(coversUrl ? ['url'] : [])];
  const name = places[place % places.length] ?? '';
  const flip = (from: Uint8Array, start = 0): Uint8Array => {
    const index = start + (at % Math.max(1, from.length - start));
    return from.map((byte, one) => (one === index ? byte ^ by : byte));
  };
  const text = (value: string, start = 0): string =>
    Buffer.from(flip(Buffer.from(value, 'latin1'), start)).toString('latin1');
  if (name === 'body') return { ...request, body: flip(request.body) };
  if (name === 'url')
    return { ...request, url: text(request.url, of.method === 'secret_url' ? request.url.indexOf('=') + 1 : 0) };
  return { ...request, headers: { ...request.headers, [name]: [text(request.headers[name]?.[0] ?? '')] } };
}

const key = fc.uint8Array({ minLength: 24, maxLength: 48 });

describe('any descriptor that loads', () => {
  it.each(parts)('verifies what it signs, and nothing that differs in one byte, and never throws: $seed', (runs) => {
    const request = fc.record({ json: fc.json({ maxDepth: 2 }), form, url });
    fc.assert(
      fc.property(signing, request, key, change, (of, sent, random, other) => {
        if (!('signature' in of)) return;
        const body = bytes(of.signed.includes('{form_sorted}') ? sent.form : sent.json);
        const { configured, signing: private_ } = secretsFor(of, random);
        const plain = rawRequest({ body, url: sent.url });
        const signed = { ...plain, headers: headersOf(compileSigner(of)(plain, private_, now)) };
        const verify = compileVerifier(of);
        expect(verify(signed, [configured], now)).toEqual({ ok: true });
        expect(verify(changed(of, signed, other), [configured], now).ok).toBe(false);
      }),
      runs,
    );
  });

  it.each(parts.slice(0, 2))('verifies what a signer of its own makes of it: $seed', (runs) => {
    fc.assert(
      fc.property(signing, fc.json({ maxDepth: 2 }), form, url, (of, json, fields, at) => {
        if (!('signature' in of) || (of.method !== 'hmac' && of.method !== 'hash')) return;
        const body = bytes(of.signed.includes('{form_sorted}') ? fields : json);
        const encoded = of.method === 'hmac' ? of.secret_encoding : 'utf8';
        const raw = Buffer.from('a key that is known to both of them');
        const configured = encoded === 'utf8' ? raw.toString() : raw.toString(encoded);
        const request = independentlySigned(of, { configured, key: raw }, { body, url: at, at: now });
        expect(compileVerifier(of)(request, [configured], now)).toEqual({ ok: true });
      }),
      runs,
    );
  });
});

describe('any descriptor of a sender that tells its secret', () => {
  const telling = fc
    .oneof(
      fc.record(
        { method: fc.constant('token'), header: header('t'), prefix: fc.constantFrom('Bearer ', 'Token token=') },
        { requiredKeys: ['method', 'header'] },
      ),
      fc.constant({ method: 'basic' }),
      fc.record({ method: fc.constant('secret_url'), query: fc.constantFrom('secret', 'token', 'k') }),
    )
    .map((parts) => descriptor.parse(parts));

  it.each(parts.slice(0, 3))(
    'verifies the secret, and nothing that differs in one byte, and never throws: $seed',
    (runs) => {
      fc.assert(
        fc.property(telling, key, change, (of, random, other) => {
          if ('signature' in of) return;
          const { configured } = secretsFor(of, random);
          const address = 'https://hooks.example.com/in/it';
          const called = of.method === 'secret_url' ? urlWithSecret(of, address, configured) : address;
          const plain = rawRequest({ body: bytes('{}'), url: called });
          const told = { ...plain, headers: headersOf(compileTellingSigner(of)(plain, configured, now)) };
          const verify = compileTellingVerifier(of);
          expect(verify(told, [configured], now)).toEqual({ ok: true });
          expect(verify(changed(of, told, other), [configured], now).ok).toBe(false);
        }),
        runs,
      );
    },
  );
});
