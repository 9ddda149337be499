import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import type { Source } from '../../src/sources/source.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { mutant, seededRandom, singleBitFlips } from '../sources/mutants.ts';
import { bytes, signed } from '../sources/raw-request.ts';
import { isHarmless, statusesOfAll, wrongAnswers } from '../support/hostile-sender.ts';
import { publicUrl, startReceiver, type TestReceiver } from '../support/receiver.ts';

const patience = 120_000;

const schemes: readonly { readonly source: Source; readonly body: string }[] = [
  { source: stripe, body: '{"id":"evt_1","type":"invoice.paid","name":"Zoë"}' },
  { source: callrail, body: '{"resource_id":"CAL1","name":"Zoë","duration":"15"}' },
  { source: hubspot, body: '[{"eventId":1,"subscriptionType":"contact.creation"}]' },
];

describe.each(schemes)('$source.name', ({ source, body }) => {
  const path = `/in/${source.name}`;
  const original = signed(source, { url: `${publicUrl}${path}`, body: bytes(body) });
  let receiver: TestReceiver;
  const endpoint = () => ({ port: receiver.port, path });

  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.stop());

  it('answers every flip of a single bit with 401 and stores nothing', { timeout: patience }, async () => {
    const flips = [...singleBitFlips(original, { url: false })];
    const statuses = await statusesOfAll(endpoint(), flips);
    expect(wrongAnswers(flips, statuses)).toEqual([]);
    expect(await receiver.events()).toEqual([]);
  });

  it('accepts none of ten thousand mutants, fails on none and stores nothing', { timeout: patience }, async () => {
    const random = seededRandom(20_261_101);
    const mutants = Array.from({ length: 10_000 }, () => mutant(original, random)).filter(
      (request) => !isHarmless(request, original, source),
    );
    expect(mutants.length).toBeGreaterThan(9_000);
    const statuses = await statusesOfAll(endpoint(), mutants);
    expect(wrongAnswers(mutants, statuses)).toEqual([]);
    expect(await receiver.events()).toEqual([]);
  });

  it('accepts the request they are made from', async () => {
    expect(await statusesOfAll(endpoint(), [original])).toEqual([200]);
    expect(await receiver.events()).toHaveLength(1);
  });
});
