import { describe, expect, it } from 'vitest';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import type { Source } from '../../src/sources/source.ts';
import { stripe } from '../../src/sources/stripe.ts';
import callrailFile from '../fixtures/sources/callrail/signature-vectors.json' with { type: 'json' };
import hubspotFile from '../fixtures/sources/hubspot/signature-vectors.json' with { type: 'json' };
import stripeFile from '../fixtures/sources/stripe/signature-vectors.json' with { type: 'json' };
import { now } from '../sources/raw-request.ts';
import { request } from '../support/http-client.ts';
import { configured, publicUrl, testReceiver } from '../support/receiver.ts';

/** What a sender is known to sign, or to refuse, and the moment at which the receiver gets it. */
interface Vector {
  readonly name: string;
  readonly source: Source;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly secrets: readonly string[];
  readonly at: Date;
  readonly valid: boolean;
}

const vectors: readonly Vector[] = [
  ...stripeFile.vectors.map(({ now: seconds, ...vector }) => ({
    ...{ ...vector, source: stripe, method: 'POST', url: `${publicUrl}/in/stripe` },
    at: new Date(seconds * 1000),
  })),
  ...callrailFile.vectors.map(({ secret, ...vector }) => ({
    ...{ ...vector, source: callrail, method: 'POST', url: `${publicUrl}/in/callrail/post_call` },
    ...{ secrets: [secret], at: now },
  })),
  ...hubspotFile.vectors.map(({ secret, now_ms, ...vector }) => ({
    ...{ ...vector, source: hubspot, secrets: [secret] },
    at: now_ms === undefined ? now : new Date(now_ms),
  })),
];

/** Vectors that count as genuine elsewhere and that the receiver answers otherwise, each for a reason. */
const stricter: Readonly<Record<string, { readonly status: number; readonly reason: string }>> = {
  'future-timestamp-600': {
    status: 401,
    reason: 'A signature from the future would let a captured request be replayed until then.',
  },
  'tolerance-0-disables-check': { status: 401, reason: 'No setting switches the check of the time off.' },
  'v2-docs-get-empty-body': { status: 405, reason: 'A GET carries no event, so an endpoint takes POST alone.' },
};

const expectedStatus = ({ name, valid }: Vector): number => stricter[name]?.status ?? (valid ? 200 : 401);

/** The receiver as it would be configured for the vector, at the vector's time. */
async function receiverFor({ source, secrets, url, at }: Vector) {
  const settings = { secret: secrets, ...(source === hubspot && { signatures: ['v1', 'v2', 'v3'] }) };
  const [address = ''] = url.split('?');
  const elsewhere = !address.startsWith(`${publicUrl}/in/${source.name}`) || address.endsWith('/');
  const receiver = await testReceiver({
    clock: { now: () => at },
    sources: [configured(source, { ...settings, ...(elsewhere && { public_url: address }) })],
  });
  const path = elsewhere ? `/in/${source.name}${url.slice(address.length)}` : url.slice(publicUrl.length);
  return { receiver, endpoint: `${receiver.url}${path}` };
}

describe('the known signatures', () => {
  it.each(vectors.map((vector) => ({ vector, expected: expectedStatus(vector) })))(
    'of $vector.source.name: $vector.name is answered $expected',
    async ({ vector, expected }) => {
      const { receiver, endpoint } = await receiverFor(vector);
      const { method, body } = vector;
      const headers = Object.fromEntries(Object.entries(vector.headers).map(([name, value = '']) => [name, value]));
      const answer = await request(endpoint, { method, headers, body });
      expect(answer.status).toBe(expected);
      const events = await receiver.events();
      if (expected !== 200) return expect(events).toEqual([]);
      const stored = await Promise.all(events.map(({ id }) => receiver.store.getEvent(id)));
      expect(stored.length).toBeGreaterThan(0);
      for (const event of stored) expect(Buffer.from(event?.request.body ?? '').toString()).toBe(body);
    },
  );

  it('get another answer than elsewhere only where it is listed with its reason', () => {
    const listed = vectors.filter(({ name }) => name in stricter);
    expect(listed.map(({ name }) => name)).toEqual(Object.keys(stricter));
    expect(listed.map(({ valid }) => valid)).toEqual([true, true, true]);
  });

  it('are many: none of the files is empty', () => {
    expect([stripeFile, callrailFile, hubspotFile].map((file) => file.vectors.length)).toEqual([20, 12, 22]);
  });

  // The vectors are tried with their own secrets, without the configuration in between.
  it('use two secrets that the configuration would refuse as too short', () => {
    const refused = vectors.filter(
      ({ source, secrets }) => !source.settings.safeParse({ type: source.name, secret: secrets }).success,
    );
    expect(refused.map(({ name }) => name)).toEqual(['wrong-secret', 'v3-wrong-secret']);
  });
});
