import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../../src/model/event.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import type { Verification } from '../../src/sources/source.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { sha256 } from '../../src/sources/verify/digest.ts';
import { mutant, seededRandom, singleBitFlips } from './mutants.ts';
import { bytes, now, rawRequest, secret, settingsOf, signed } from './raw-request.ts';

interface Scheme {
  readonly name: string;
  readonly original: RawRequest;
  readonly coversUrl: boolean;
  readonly verify: (request: RawRequest) => Verification;
}

const body = bytes('[{"eventId":100001,"subscriptionType":"contact.creation","name":"Zoë"}]');
const url = 'https://hooks.example.com/in/hubspot?a=b&c=1';
const hubspotSettings = { ...settingsOf(hubspot), signatures: ['v1', 'v2', 'v3'] as ('v1' | 'v2' | 'v3')[] };

function plainHubspot(version: 'v1' | 'v2'): RawRequest {
  const signature = version === 'v1' ? sha256([secret, body]) : sha256([secret, 'POST', url, body]);
  const headers = { 'x-hubspot-signature': [signature.toString('hex')], 'x-hubspot-signature-version': [version] };
  return rawRequest({ body, url, headers });
}

const verifyHubspot = (request: RawRequest) => hubspot.verify(request, hubspotSettings, now);

const schemes: readonly Scheme[] = [
  {
    name: 'stripe',
    original: signed(stripe, { body }),
    coversUrl: false,
    verify: (request) => stripe.verify(request, settingsOf(stripe), now),
  },
  {
    name: 'callrail',
    original: signed(callrail, { body }),
    coversUrl: false,
    verify: (request) => callrail.verify(request, settingsOf(callrail), now),
  },
  { name: 'hubspot v3', original: signed(hubspot, { body, url }), coversUrl: true, verify: verifyHubspot },
  { name: 'hubspot v2', original: plainHubspot('v2'), coversUrl: true, verify: verifyHubspot },
  { name: 'hubspot v1', original: plainHubspot('v1'), coversUrl: false, verify: verifyHubspot },
];

describe.each(schemes)('$name against hostile requests', ({ name, original, coversUrl, verify }) => {
  it('verifies the request they are made from', () => {
    expect(verify(original)).toEqual({ ok: true });
  });

  it('refuses every flip of a single bit', () => {
    const forged = [...singleBitFlips(original, { url: coversUrl })].filter((request) => verify(request).ok);
    expect(forged).toEqual([]);
  });

  it('refuses ten thousand mutants and never throws', () => {
    const random = seededRandom(20_261_101);
    const forged: RawRequest[] = [];
    for (let count = 0; count < 10_000; count += 1) {
      const request = mutant(original, random);
      if (verify(request).ok && !isHarmless(request)) forged.push(request);
    }
    expect(forged).toEqual([]);
  });

  /** Unchanged, or changed only where Stripe's format allows additions: elements that are neither `t` nor needed. */
  function isHarmless({ headers, body: content }: RawRequest): boolean {
    if (!isDeepStrictEqual([...content], [...original.body])) return false;
    if (name !== 'stripe') return isDeepStrictEqual(headers, original.headers);
    const elementsOf = (from: RawRequest['headers']) => from['stripe-signature']?.[0]?.split(',') ?? [];
    const elements = elementsOf(headers);
    const times = elements.filter((element) => element.startsWith('t='));
    return times.length === 1 && elementsOf(original.headers).every((element) => elements.includes(element));
  }
});
