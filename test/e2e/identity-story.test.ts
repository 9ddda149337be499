import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { readGatewayFile } from '../../src/config/gateway-file.ts';
import { namesOf } from '../../src/config/load.ts';
import { readSettings } from '../../src/config/settings.ts';
import { demoGateway } from '../../src/demo/gateway-text.ts';
import { demoCredentials } from '../../src/demo/scenario.ts';
import { type StandInName, startStandIn } from '../../src/demo/stand-ins/index.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { silentLog } from '../../src/log.ts';
import { loadMappings } from '../../src/mapping/load.ts';
import { mergePatch } from '../../src/mapping/merge.ts';
import type { Json } from '../../src/model/json.ts';
import { sources } from '../../src/sources/index.ts';
import { readProjectFile } from '../support/project-files.ts';
import { startSourceApis } from '../support/source-apis.ts';

/** How a call becomes the same person as a payment: four senders, real signatures, the shipped mappings, all four stand-ins. */

const visitor = '5zdta4zak9';
const user = 'usr_ada';
const phone = '+12025550143';
const email = 'ada@example.com';
const contact = 65059681032;
const customer = 'cus_Q7hTzB3mYx0dLk';

let gateway: Gateway;
let standIns: Readonly<Record<StandInName, StandIn>>;
let stop: () => Promise<void>;
const credentials = demoCredentials(randomBytes);

beforeAll(async () => {
  const apis = await startSourceApis({
    contacts: { [contact]: { email } },
    customers: { [customer]: { email, metadata: { user_id: user } } },
  });
  const { usermaven, vemetric, umami, segment } = credentials.destinations;
  standIns = {
    usermaven: await startStandIn('usermaven', usermaven),
    vemetric: await startStandIn('vemetric', vemetric),
    umami: await startStandIn('umami', umami),
    segment: await startStandIn('segment', segment),
  };
  const urls = Object.fromEntries(Object.entries(standIns).map(([name, { url }]) => [name, url]));
  const { text, variables } = demoGateway(credentials, urls as Record<StandInName, string>);
  const asked = mergePatch(JSON.parse(text) as Json, {
    sources: {
      stripe: { api_key: 'rk_test_story', api_url: apis.url },
      hubspot: { access_token: 'pat-story', api_url: apis.url },
    },
  });
  const mappingsDir = new URL('../../mappings', import.meta.url).pathname;
  const ports = { HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', PUBLIC_URL: 'https://hooks.example.com' };
  const dataDir = await mkdtemp(join(tmpdir(), 'hookstitch-story-'));
  const environment = environmentFrom({ ...variables, ...ports, DATA_DIR: dataDir, MAPPINGS_DIR: mappingsDir });
  const settings = readSettings(environment);
  const file = readGatewayFile('gateway.yaml', JSON.stringify(asked), { environment, publicUrl: settings.publicUrl });
  const { definitions } = await loadMappings(mappingsDir, namesOf(file));
  gateway = await startGateway({ settings, file, mappings: definitions, log: silentLog, show: () => undefined });
  stop = async () => {
    await gateway.stop();
    await apis.stop();
    await Promise.all(Object.values(standIns).map((standIn) => standIn.close()));
    await rm(dataDir, { recursive: true, force: true });
  };
}, 60_000);
afterAll(() => stop());

interface Webhook {
  readonly source: 'stripe' | 'callrail' | 'hubspot';
  readonly path: string;
  readonly body: Json;
}

/** Signed as its sender signs, and delivered everywhere before the next one. */
async function send({ source, path, body }: Webhook): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(body));
  const signed = { method: 'POST', url: `https://hooks.example.com${path}`, body: bytes };
  const headers = sources[source].sign(signed, credentials.sources[source], new Date());
  const answer = await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body: bytes });
  expect(answer.status).toBe(200);
  await expect
    .poll(async () => {
      const { events, deliveries } = await get('/api/stats');
      return events.received + deliveries.pending + deliveries.in_flight;
    })
    .toBe(0);
}

interface Stats {
  readonly events: { readonly received: number; readonly failed: number; readonly unmatched: number };
  readonly deliveries: { readonly pending: number; readonly in_flight: number; readonly dead: number };
  readonly stitching: Readonly<Record<string, { readonly link: number; readonly rate: number }>>;
}

async function get(path: string): Promise<Stats> {
  const answer = await fetch(`${gateway.adminUrl}${path}`, { headers: { authorization: `Bearer ${gateway.token}` } });
  return (await answer.json()) as Stats;
}

const fixture = (name: string, change: Json): Json =>
  mergePatch(JSON.parse(readProjectFile(`mappings/fixtures/${name}.json`)) as Json, change) as Json;

const seconds = Math.floor(Date.now() / 1_000);
const call: Webhook = {
  source: 'callrail',
  path: '/in/callrail/post_call',
  body: fixture('callrail.post_call', { customer_phone_number: phone }),
};
const form: Webhook = {
  source: 'hubspot',
  path: '/in/hubspot/workflow',
  body: { hs_object_id: contact, email, phone, firstname: 'Ada', lifecyclestage: 'lead' },
};
const stage: Webhook = {
  source: 'hubspot',
  path: '/in/hubspot',
  body: [fixture('hubspot.contact.propertyChange', { occurredAt: Date.now() })],
};
const payment: Webhook = {
  source: 'stripe',
  path: '/in/stripe',
  body: fixture('stripe.invoice.paid', {
    created: seconds,
    data: { object: { parent: null, customer_email: null, customer } },
  }),
};

/** The last payload that a stand-in stored. */
const last = (name: StandInName): unknown => standIns[name].received.at(-1)?.items.at(-1)?.body;
const all = (name: StandInName): readonly object[] =>
  standIns[name].received.flatMap(({ items }) => items.map(({ body }) => body as object));

describe('the story of one person', () => {
  it('begins with a call that carries the visitor', async () => {
    await send(call);
    expect(last('usermaven')).toMatchObject({ event_type: 'Call Completed', user: { anonymous_id: visitor } });
    expect(last('segment')).toMatchObject({ event: 'Call Completed', anonymousId: visitor });
    expect(last('umami')).toMatchObject({ payload: { id: visitor } });
  });

  it('goes on with a form of the same phone and an e-mail', async () => {
    await send(form);
    expect(last('usermaven')).toMatchObject({
      event_type: 'Lifecycle Stage Updated',
      user: { id: email, anonymous_id: visitor },
    });
    expect(last('segment')).toMatchObject({ userId: email, anonymousId: visitor });
  });

  it('and a change of stage that names nothing but the contact', async () => {
    await send(stage);
    expect(last('usermaven')).toMatchObject({
      user: { id: email, anonymous_id: visitor, email },
      event_attributes: { new_stage: 'Sales Qualified Lead', previous_stage: 'Lead' },
    });
    expect(last('segment')).toMatchObject({ userId: email, anonymousId: visitor });
    expect(last('vemetric')).toMatchObject({ userIdentifier: email });
  });

  it('ends with a payment that names nothing but the customer, on the visitor and the user', async () => {
    await send(payment);
    expect(last('usermaven')).toMatchObject({
      event_type: 'Subscription Payment Succeeded',
      user: { id: user, anonymous_id: visitor, email },
    });
    expect(last('segment')).toMatchObject({ event: 'Order Completed', userId: user, anonymousId: visitor });
    expect(last('umami')).toMatchObject({ payload: { name: 'Subscription Payment Succeeded', id: user } });
    expect(last('vemetric')).toMatchObject({ name: 'Subscription Payment Succeeded', userIdentifier: user });
  });

  it('tells each destination that can join them once who the visitor is', () => {
    const joins = {
      usermaven: all('usermaven').filter((body) => 'event_type' in body && body.event_type === 'user_identify'),
      segment: all('segment').filter((body) => 'type' in body && body.type === 'identify'),
      umami: all('umami').filter((body) => 'type' in body && body.type === 'identify'),
    };
    expect(joins.usermaven).toMatchObject([{ user: { id: user, anonymous_id: visitor } }]);
    expect(joins.segment).toMatchObject([{ userId: user, anonymousId: visitor }]);
    expect(joins.umami).toMatchObject([{ payload: { id: user, data: { anonymous_id: visitor } } }]);
    expect(standIns.vemetric.received.map(({ path }) => path)).not.toContain('/i');
  });

  it('puts every later event of theirs where they are', async () => {
    await send({
      ...call,
      body: fixture('callrail.post_call', { custom: '', resource_id: 'CALagain', customer_phone_number: phone }),
    });
    expect(last('usermaven')).toMatchObject({
      event_type: 'Call Completed',
      user: { id: user, anonymous_id: visitor },
    });
    expect(last('vemetric')).toMatchObject({ name: 'Call Completed', userIdentifier: user });
  });

  it('leaves nothing dead, dropped or failed behind, and counts what the links did', async () => {
    const { events, deliveries, stitching } = await get('/api/stats');
    expect([events.failed, events.unmatched, deliveries.dead]).toEqual([0, 0, 0]);
    for (const { dropped, refused } of Object.values(standIns)) expect([...dropped, ...refused]).toEqual([]);
    expect(stitching.stripe).toMatchObject({ link: 1, rate: 1 });
  });
});
