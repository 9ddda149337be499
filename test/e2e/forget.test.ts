import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/model/clock.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import type { Source } from '../../src/sources/source.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { createWorkspace, type GatewayProcess, settled, type Workspace } from '../support/gateway-process.ts';
import { type Ended, hookstitch } from '../support/hookstitch-process.ts';
import { stripeSecret } from '../support/stripe-sender.ts';

/** 51 people whose numbers are parts of each other: usr_1 and usr_10 to usr_19. */
const people = Array.from({ length: 51 }, (_, index) => index);
const personOf = (index: number) => ({
  email: `p${index}@example.net`,
  phone: `+1202555${1_000 + index}`,
  name: `Zoe-${index}-Quill`,
  user: `usr_${index}`,
  visitor: `visitor-${index}`,
  customer: `cus_A${index}`,
  contact: 700_000_000 + index,
});
type Person = ReturnType<typeof personOf>;

const mapping = (source: string, events: string, user: string, more = ''): string => `version: 1
name: ${source} ${events}
source: ${source}
events: ${events}
event:
  name: Seen
  user: ${user}
  attributes: { raw: =$string($) }
${more}`;
const stitching = (kinds: string): string => `stitch: [${kinds}]\ndestinations: [taking, refusing]\n`;

const mappings = {
  'call.yaml': mapping(
    'callrail',
    'post_call',
    '{ anonymous_id: =custom.visitor, phone: =customer_phone_number, traits: { name: =customer_name } }',
    stitching('phone'),
  ),
  'form.yaml': mapping(
    'callrail',
    'form_captured',
    '{ anonymous_id: =visitor, phone: =phone, email: =email, traits: { name: =name } }',
    stitching('phone, email'),
  ),
  'payment.yaml': mapping(
    'stripe',
    'paid',
    '{ id: =data.object.user, email: =data.object.email, traits: { name: =data.object.name } }',
    `  identifiers: { stripe_customer: =data.object.customer }\n${stitching('email, stripe_customer')}`,
  ),
  'broken.yaml': mapping(
    'stripe',
    'broken',
    `{ id: '=$require(nothing, "no user for " & data.object.email)' }`,
    stitching('email'),
  ),
  'contact.yaml': mapping(
    'hubspot',
    'contact.propertyChange',
    '{ email: =propertyValue, fallback_id: =$string(objectId) }',
    `  identifiers: { hubspot_contact: =$string(objectId) }\n${stitching('email, hubspot_contact')}`,
  ),
};

/** A destination that repeats all it is sent in its answer. */
async function echo(status: number) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.writeHead(status, { 'content-type': 'application/json' }).end(Buffer.concat(chunks));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => server.close() };
}

let workspace: Workspace;
let gateway: GatewayProcess;
let logged = '';
let echoes: readonly { close(): void; url: string }[] = [];

async function post(source: Source, path: string, body: unknown): Promise<unknown> {
  const url = `${workspace.url}/in/${path}`;
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = source.sign({ method: 'POST', url, body: bytes }, stripeSecret, systemClock.now());
  const answer = await fetch(url, {
    method: 'POST',
    body: bytes,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: answer.status, ...((await answer.json()) as object) };
}

const stripeEvent = ({ user, email, name, customer }: Person, type: string) => ({
  ...{ id: `evt_${type}_${user}`, object: 'event', type, created: 1_795_219_200 },
  data: { object: { user, email, name, customer } },
});

async function sendEverything(): Promise<void> {
  for (const index of people) {
    const { phone, name, visitor, email, ...others } = personOf(index);
    const person = { phone, name, visitor, email, ...others };
    const spaced = phone.replace(/^\+1(\d{3})(\d{3})/, '+1 ($1) $2-');
    await post(callrail, 'callrail/post_call', {
      ...{ resource_id: `CAL${index}`, customer_phone_number: phone, customer_name: name, custom: { visitor } },
      note: spaced,
    });
    await post(callrail, `callrail/form_captured?email=${encodeURIComponent(email)}`, {
      resource_id: `FRM${index}`,
      email,
      phone,
      name,
      visitor,
    });
    await post(stripe, 'stripe', stripeEvent(person, 'paid'));
    await post(stripe, 'stripe', stripeEvent(person, 'broken'));
    await post(stripe, 'stripe', stripeEvent(person, 'unmapped'));
  }
  for (let from = 0; from < people.length; from += 17)
    await post(hubspot, 'hubspot', people.slice(from, from + 17).map(contactChange));
}

const contactChange = (index: number) => ({
  ...{ eventId: 1_000 + index, portalId: 1, occurredAt: 1_795_219_200_000, subscriptionType: 'contact.propertyChange' },
  ...{ objectId: personOf(index).contact, propertyName: 'email', propertyValue: personOf(index).email },
});

async function ask<T>(path: string, method = 'GET'): Promise<T> {
  const headers = { authorization: `Bearer ${workspace.token}` };
  return (await (await fetch(`${workspace.adminUrl}/api${path}`, { method, headers })).json()) as T;
}

interface Item {
  readonly id: string;
}

interface Event extends Item {
  readonly request: { readonly item: number | null; readonly body: string };
  readonly deliveries: readonly { readonly history: readonly object[] }[];
}

/** An event by itself: its own element of a batch, and without answers, which may repeat what others are in. */
const alone = ({ request, deliveries, ...event }: Event): object => ({
  ...event,
  request: { ...request, body: request.item === null ? request.body : JSON.parse(request.body)[request.item] },
  deliveries: deliveries.map((delivery) => ({
    ...delivery,
    history: delivery.history.map((attempt) => ({ ...attempt, response: null, message: null })),
  })),
});

async function all(list: 'events' | 'deliveries'): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: readonly Item[]; next_cursor: string | null } = await ask(
      `/${list}?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    for (const { id } of page.items) found.push(await ask(`/${list}/${id}`));
    cursor = page.next_cursor;
  }
  return found;
}

/** Everywhere that a person could be left: the files, the log, the API. */
async function everything(): Promise<string> {
  const files = ['hookstitch.db', 'hookstitch.db-wal', 'hookstitch.db-shm'].map((name) =>
    join(workspace.folder, 'data', name),
  );
  const bytes = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'latin1'));
  const answers = [await all('events'), await all('deliveries'), await ask('/stats')].map((each) =>
    JSON.stringify(each),
  );
  return [...bytes, ...answers, logged, gateway.log()].join('\n');
}

function occurrences(
  { email, phone, name, user, visitor, customer, contact }: Person,
  text: string,
): Readonly<Record<string, number>> {
  const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
  const spaced = [...phone.slice(2)].join('[ ().-]*');
  return {
    email: count(new RegExp(`(?<!\\w)${email.replace('@', '(?:@|%40)')}`, 'gi')),
    phone: count(new RegExp(spaced, 'g')),
    name: count(new RegExp(name, 'g')),
    ids: [user, visitor, customer].map((id) => count(new RegExp(`${id}(?![0-9])`, 'g'))).reduce((a, b) => a + b),
    contact: count(new RegExp(`${contact}`, 'g')),
  };
}

const none = { email: 0, phone: 0, name: 0, ids: 0, contact: 0 };

const run = (...args: readonly string[]): Promise<Ended> => {
  const { hostname, port } = new URL(workspace.adminUrl);
  const environment = { ADMIN_HOST: hostname, ADMIN_PORT: port, ADMIN_TOKEN: workspace.token, MAPPINGS_DIR: '.' };
  return hookstitch(args, { cwd: workspace.folder, environment });
};

interface Found {
  readonly user_id: string;
  readonly identifiers: readonly unknown[];
  readonly events: readonly unknown[];
}
const found = (index: number): Promise<Found> => ask(`/identities?identifier=${personOf(index).email}`);

beforeAll(async () => {
  echoes = [await echo(200), await echo(400)];
  const segment = (url: string | undefined) => ({
    type: 'segment',
    url,
    write_key: 'k',
    allow_private_address: true,
    batch: 20,
  });
  workspace = await createWorkspace({
    gateway: JSON.stringify({
      version: 1,
      sources: Object.fromEntries(
        [stripe, callrail, hubspot].map(({ name }) => [name, { type: name, secret: stripeSecret }]),
      ),
      destinations: { taking: segment(echoes[0]?.url), refusing: segment(echoes[1]?.url) },
    }),
    mappings,
  });
  gateway = await workspace.start();
  await sendEverything();
  await settled(workspace, 60_000);
}, 120_000);

afterAll(async () => {
  await gateway.end('SIGKILL');
  for (const { close } of echoes) close();
  await workspace.remove();
});

describe('forgetting one of 51 people', () => {
  it('leaves nothing of them anywhere, and everything of the other fifty', async () => {
    const ada = personOf(1);
    const before = await everything();
    expect(Object.values(occurrences(ada, before)).every((count) => count > 0)).toBe(true);
    expect((await run('identities', ada.email)).stdout).toMatch(/user usr_1\n.*via email, seen .* in callrail/s);
    const others = people.filter((index) => index !== 1);
    const peopleBefore = await Promise.all(others.map(found));
    const eventsBefore = (await all('events')) as readonly Event[];
    expect(await ask('/stats')).toMatchObject({
      events: { translated: 204, unmatched: 51, failed: 51 },
      deliveries: { delivered: 255, dead: 255 },
    });

    const refused = await run('forget', ada.email);
    const { code, stdout } = await run('forget', ada.email, '--yes', '--json');

    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('add --yes')]);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { events: 6, requests: 5, verified: true, remaining: [], too_short: [] },
    ]);
    expect(occurrences(ada, await everything())).toEqual(none);
    expect(await ask(`/identities?identifier=${ada.email}`)).toMatchObject({ error: { code: 'person_not_found' } });
    expect(await Promise.all(others.map(found))).toEqual(peopleBefore);
    const eventsAfter = (await all('events')) as readonly Event[];
    expect(eventsAfter).toHaveLength(eventsBefore.length - 6);
    const kept = new Set(eventsAfter.map(({ id }) => id));
    expect(eventsAfter.map(alone)).toEqual(eventsBefore.filter(({ id }) => kept.has(id)).map(alone));
    const stats = await ask<{ events: object; deliveries: object }>('/stats');
    const total = (counts: object): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
    expect([total(stats.events), total(stats.deliveries)]).toEqual([
      eventsAfter.length,
      (await all('deliveries')).length,
    ]);
  }, 120_000);

  it('does not take an erased event from its sender again', async () => {
    const again = await post(stripe, 'stripe', stripeEvent(personOf(1), 'paid'));
    const batch = await post(hubspot, 'hubspot', people.slice(0, 17).map(contactChange));

    expect([again, batch]).toMatchObject([
      { status: 200, accepted: 0, duplicates: 1 },
      { status: 200, accepted: 0, duplicates: 17 },
    ]);
    expect(occurrences(personOf(1), await everything())).toEqual(none);
  }, 60_000);

  it('is finished by doing it again when the gateway was killed in the middle', async () => {
    const bob = personOf(2);
    const interrupted = ask(`/identities?identifier=${bob.email}`, 'DELETE').catch(() => undefined);
    await pause(15);
    await gateway.end('SIGKILL');
    await interrupted;
    logged += gateway.log();
    gateway = await workspace.start();

    expect(await ask(`/identities?identifier=${bob.email}`, 'DELETE')).toMatchObject({ verified: true });

    expect(occurrences(bob, await everything())).toEqual(none);
    expect(await found(3)).toMatchObject({ user_id: 'usr_3' });
  }, 60_000);
});
