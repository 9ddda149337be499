import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, vi } from 'vitest';
import { type Demo, startDemo } from '../../src/demo/demo.ts';
import { systemClock } from '../../src/model/clock.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { newSample, signedRequest } from '../../src/sources/sample-request.ts';

/** The demo's gateway after a working day: everything a console has to show, in the words of real senders. */

const unfinished = `version: 1
name: Stripe - plan changed
source: stripe
events: customer.subscription.trial_will_end
event:
  name: Trial Ending
  user: { id: "=$require(data.object.metadata.account_id, 'the subscription has no account_id')" }
destinations: [usermaven]
`;

type Place = 'delivered' | 'waiting' | 'dead' | 'failed' | 'unmatched' | 'deadGroup' | 'failedGroup' | 'replay';

export interface BusyGateway extends Pick<Demo, 'gateway'> {
  /** Where the views with an address of their own are. */
  readonly paths: Readonly<Record<Place, string>>;
}

interface Listed {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly deliveries: readonly { readonly destination: string; readonly status: string }[];
}

interface Group {
  readonly destination: string;
  readonly source: string;
  readonly reason: string;
  readonly cause: string;
}

interface Answers {
  readonly items: readonly Listed[];
  readonly id: string;
  readonly deliveries: readonly Group[];
  readonly events: readonly Group[];
}

/** Without events; everything is stopped after the test. */
export async function quietGateway(): Promise<Demo> {
  const demo = await startDemo({ receiver: 0, admin: 0 });
  onTestFinished(() => demo.stop());
  return demo;
}

export async function busyGateway(): Promise<BusyGateway> {
  const demo = await quietGateway();
  const { gateway } = demo;
  const api = async (method: string, path: string, body?: object): Promise<Answers> => {
    const headers = { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${gateway.adminUrl}/api${path}`, { method, headers, ...sent });
    expect(answer.status, `${method} ${path}`).toBeLessThan(300);
    return (await answer.json()) as Answers;
  };
  /** Nothing is under way but the deliveries to these, which wait; so what is to go to the others has gone. */
  const settled = (...waiting: readonly string[]): Promise<void> =>
    vi.waitFor(
      async () => {
        const { items } = await api('GET', '/events?limit=100');
        expect(items.filter(({ status }) => status === 'received')).toEqual([]);
        const deliveries = items.flatMap((event) => event.deliveries);
        const having = (wanted: string) => deliveries.filter(({ status }) => status === wanted);
        expect(having('in_flight')).toEqual([]);
        const open = having('pending').map(({ destination }) => destination);
        expect(open.toSorted()).toEqual(waiting);
      },
      { timeout: 30_000, interval: 50 },
    );

  const deadGroup = async () => {
    const { destination, reason, cause } =
      (await api('GET', '/problems')).deliveries[0] ?? expect.fail('nothing is dead');
    return { destination, reason, cause };
  };

  await api('PUT', '/mappings/stripe-trial-ending.yaml', { text: unfinished, hash: null });
  await vi.waitFor(async () => expect(JSON.stringify(await api('GET', '/mappings'))).toContain('stripe-trial-ending'), {
    ...{ timeout: 10_000, interval: 50 },
  });
  for (const name of ['stripe.invoice.paid', 'stripe.checkout.session.completed', 'callrail.post_call'])
    await sendSample(demo, name);
  for (const name of ['callrail.form_captured', 'hubspot.lifecyclestage', 'hubspot.workflow', 'stripe.invoice.paid'])
    await sendSample(demo, name);
  await sendSample(demo, 'stripe.invoice.paid', { type: 'customer.tax_id.created' });
  for (const _ of [1, 2])
    await sendSample(demo, 'stripe.invoice.paid', { type: 'customer.subscription.trial_will_end' });
  await fetch(`${gateway.url}/in/stripe`, { method: 'POST', body: '{}' });
  await settled();

  const segment = demo.standIns.find(({ name }) => name === 'segment') ?? expect.fail('no stand-in for segment');
  const refusal = { status: 400, body: { message: 'properties.plan is longer than 32 characters' } };
  segment.answerNext(refusal, refusal);
  for (const _ of [1, 2]) await sendSample(demo, 'stripe.customer.subscription.deleted');
  await settled();
  const { id } = await api('POST', '/replays', { filter: { dead: await deadGroup() } });
  await vi.waitFor(async () => expect(await api('GET', `/replays/${id}`)).toMatchObject({ status: 'finished' }), {
    ...{ timeout: 10_000, interval: 50 },
  });
  await settled();

  await demo.standIns.find(({ name }) => name === 'umami')?.close();
  await sendSample(demo, 'stripe.charge.refunded');
  await settled('umami');
  await api('POST', '/destinations/vemetric/pause');
  segment.answerNext(refusal);
  await sendSample(demo, 'stripe.invoice.paid');
  await settled('umami', 'umami', 'vemetric');
  const { items } = await api('GET', '/events?limit=100');
  const problems = await api('GET', '/problems');
  return { gateway, paths: { ...pathsOf(items), ...groupsOf(problems), replay: `/problems/replays/${id}` } };
}

function groupsOf({ deliveries: [dead], events: [failed] }: Answers) {
  const query = (group: Group | undefined) => new URLSearchParams({ ...(group ?? expect.fail('no such group')) });
  return { deadGroup: `/problems/dead?${query(dead)}`, failedGroup: `/problems/failed?${query(failed)}` };
}

function pathsOf(items: readonly Listed[]) {
  const pathOf = (event: Listed | undefined) => `/events/${event?.id ?? expect.fail('no such event')}`;
  const withStatus = (wanted: string) => items.find(({ status }) => status === wanted);
  return {
    ...{ delivered: pathOf(items.at(-1)), waiting: pathOf(items.at(1)), dead: pathOf(items.at(0)) },
    ...{ failed: pathOf(withStatus('failed')), unmatched: pathOf(withStatus('unmatched')) },
  };
}

/** As its sender signs it; `fields` take the place of the sample's own. */
async function sendSample({ gateway, sources }: Demo, name: string, fields: JsonObject = {}): Promise<void> {
  const now = systemClock.now();
  const fresh = { id: randomBytes(8).toString('hex'), now };
  const sample = newSample(name, sources, fresh) ?? expect.fail(`there is no sample ${name}`);
  const body =
    Object.keys(fields).length === 0 ? sample.body : JSON.stringify({ ...JSON.parse(sample.body), ...fields });
  const { url, headers } = signedRequest({ ...sample, body }, { base: gateway.url, publicUrl: gateway.url, now });
  const { status } = await fetch(url, { method: 'POST', headers, body });
  expect(status, name).toBe(200);
}
