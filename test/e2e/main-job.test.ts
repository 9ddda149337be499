import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Demo, startDemo } from '../../src/demo/demo.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { newSample, signedRequest } from '../../src/sources/sample-request.ts';

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo({ receiver: 0, admin: 0 });
}, 30_000);
afterAll(() => demo.stop());

const standIn = (name: string): StandIn => {
  const found = demo.standIns.find((candidate) => candidate.name.startsWith(name));
  if (found === undefined) throw new Error(`no stand-in ${name}`);
  return found;
};

/** Posts the sample as its sender would, and gives what all four destinations stored of it. */
async function sent(name: string): Promise<Record<'usermaven' | 'vemetric' | 'umami' | 'segment', object | undefined>> {
  const sample = newSample(name, demo.sources, { id: name.replaceAll('.', '_'), now: new Date() });
  if (sample === undefined) throw new Error(`no sample ${name}`);
  const { url, headers, body } = signedRequest(sample, { base: '', publicUrl: demo.gateway.url, now: new Date() });
  const counts = demo.standIns.map(({ received }) => received.length);

  await request(demo.gateway.url).post(url).set(headers).send(body).expect(200, { accepted: 1, duplicates: 0 });
  await Promise.all(demo.standIns.map((destination, index) => destination.waitFor((counts[index] ?? 0) + 1)));

  // The first event of a visitor who is a known user comes with an identify that joins the two.
  await expect
    .poll(async () => {
      const stats = await fetch(`${demo.gateway.adminUrl}/api/stats`, {
        headers: { authorization: `Bearer ${demo.gateway.token}` },
      });
      const { deliveries } = (await stats.json()) as { deliveries: { pending: number; in_flight: number } };
      return deliveries.pending + deliveries.in_flight;
    })
    .toBe(0);
  const last = (destination: string): object | undefined => standIn(destination).received.at(-1)?.items.at(-1)?.body;
  return { usermaven: last('usermaven'), vemetric: last('vemetric'), umami: last('umami'), segment: last('segment') };
}

describe('the main job, from a signed webhook to four destinations', () => {
  it('turns a Stripe payment into Subscription Payment Succeeded', async () => {
    const { usermaven, vemetric, umami, segment } = await sent('stripe.invoice.paid');

    expect(usermaven).toMatchObject({
      event_type: 'Subscription Payment Succeeded',
      user: { id: 'usr_1a2b3c4d5e', anonymous_id: '5zdta4zak9' },
      event_attributes: { amount: 2900, invoiceUrl: expect.stringContaining('https://'), revenue: 29, currency: 'USD' },
    });
    expect(vemetric).toMatchObject({ userIdentifier: 'usr_1a2b3c4d5e', customData: { amount: '2900', revenue: '29' } });
    expect(umami).toMatchObject({ payload: { id: 'usr_1a2b3c4d5e', data: { revenue: 29, currency: 'USD' } } });
    expect(segment).toMatchObject({ event: 'Order Completed', userId: 'usr_1a2b3c4d5e', properties: { total: 29 } });
  });

  it('turns a CallRail call into Call Completed of the visitor whose cookie it carries', async () => {
    const { usermaven, segment, umami } = await sent('callrail.post_call');

    expect(usermaven).toMatchObject({
      event_type: 'Call Completed',
      user: { anonymous_id: '5zdta4zak9' },
      event_attributes: { duration: expect.any(Number), callerNumber: expect.stringMatching(/^\+\d+$/) },
    });
    expect(segment).toMatchObject({ anonymousId: '5zdta4zak9' });
    expect(JSON.stringify(umami)).not.toContain('callerNumber');
  });

  it('turns a HubSpot workflow into Lifecycle Stage Updated with both stages', async () => {
    const { usermaven } = await sent('hubspot.workflow');

    expect(usermaven).toMatchObject({
      event_type: 'Lifecycle Stage Updated',
      user: { id: 'usr_1a2b3c4d5e' },
      event_attributes: {
        new_stage: 'Sales Qualified Lead',
        previous_stage: 'Marketing Qualified Lead',
        source: expect.any(String),
      },
    });
  });

  it('is refused by no destination, and thrown away by none', () => {
    for (const { dropped, refused } of demo.standIns) expect([...dropped, ...refused]).toEqual([]);
  });
});
