import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startStandIn } from '../../src/demo/stand-ins/index.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import type { Json } from '../../src/model/json.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const writeKey = 'write-key';
const mapping = (amount: string): string => `version: 1
name: everything
source: stripe
event:
  name: Happened
  id: =id
  user: { id: =data.object.customer }
  attributes: { event: =id, amount: "${amount}" }
destinations: [segment]
`;
const good = mapping('=42');
const changed = mapping('=43');
const broken = mapping("=$require(data.object.amount, 'no amount')");

const standIns: StandIn[] = [];
afterEach(async () => {
  for (const standIn of standIns.splice(0)) await standIn.close();
});

interface Story {
  readonly gateway: TestGateway;
  readonly standIn: StandIn;
  /** Saves a mapping and waits until it is in force. */
  save(text: string): Promise<void>;
}

async function story(text: string, settings: object = {}): Promise<Story> {
  const standIn = await startStandIn('segment', { writeKey });
  standIns.push(standIn);
  const segment = { type: 'segment', url: standIn.url, write_key: writeKey, allow_private_address: true, ...settings };
  const folder = await temporaryFolder({ 'all.yaml': text });
  const gateway = await testGateway({ destinations: { segment }, mappings: { folder } });
  const save = async (later: string): Promise<void> => {
    const before = gateway.logged.filter(({ event }) => event === 'mapping.loaded').length;
    await writeFile(join(folder, 'all.yaml'), later);
    await vi.waitFor(
      () => expect(gateway.logged.filter(({ event }) => event === 'mapping.loaded').length).toBeGreaterThan(before),
      { timeout: 10_000, interval: 20 },
    );
  };
  return { gateway, standIn, save };
}

async function post<T>({ adminUrl, token }: TestGateway, path: string, body: Json = {}): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${adminUrl}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const told = (await answer.json()) as T;
  expect([answer.status, told]).toEqual([200, told]);
  return told;
}

interface Replay {
  readonly id: string;
  readonly status: string;
  readonly events: Readonly<Record<string, number>>;
  readonly payloads: Readonly<Record<string, number>>;
}

/** The replay when it has ended. */
async function replayed(gateway: TestGateway, order: Json): Promise<Replay> {
  const { id } = await post<Replay>(gateway, '/replays', order);
  return await vi.waitFor(
    async () => {
      const replay = await gateway.get<Replay>(`/api/replays/${id}`);
      expect(replay.status).toBe('finished');
      return replay;
    },
    { timeout: 10_000, interval: 20 },
  );
}

const counted = (gateway: TestGateway, expected: object): Promise<void> =>
  vi.waitFor(async () => expect(await gateway.get('/api/stats')).toMatchObject(expected), {
    timeout: 10_000,
    interval: 20,
  });
const messageIds = ({ requests }: StandIn): string[] => requests.map(({ text }) => JSON.parse(text).messageId);
const amounts = ({ requests }: StandIn): number[] => requests.map(({ text }) => JSON.parse(text).properties.amount);

describe('events that a broken mapping failed', () => {
  it('are delivered by a replay after it is mended, as the dry run said; a second one does nothing', async () => {
    const { gateway, standIn, save } = await story(broken);
    for (let n = 0; n < 30; n += 1) await gateway.send(`evt_${n}`);
    await counted(gateway, { events: { failed: 30, received: 0 } });
    expect(await gateway.get('/api/problems')).toMatchObject({
      deliveries: [],
      events: [{ source: 'stripe', reason: 'mapping_failed', count: 30, cause: expect.stringContaining('no amount') }],
    });
    const order = { filter: { status: 'failed' }, rate: 1_000 };
    expect(await post(gateway, '/replays', { ...order, dry_run: true })).toMatchObject({
      events: { total: 30, failed: 30 },
      failures: [{ count: 30, cause: expect.stringContaining('no amount') }],
    });

    await save(good);
    const plan = await post<Replay>(gateway, '/replays', { ...order, dry_run: true });
    expect(plan).toMatchObject({ events: { total: 30, translated: 30, failed: 0 }, payloads: { new: 30, again: 0 } });
    expect(await gateway.get('/api/stats')).toMatchObject({ events: { failed: 30 }, deliveries: { pending: 0 } });

    const replay = await replayed(gateway, order);

    const { delayed: _, unusable: __, ...events } = plan.events;
    expect(replay.events).toEqual({ ...events, in_line: 0 });
    expect(replay.payloads).toEqual(plan.payloads);
    await counted(gateway, { events: { failed: 0, translated: 30 }, deliveries: { delivered: 30, pending: 0 } });
    expect(await gateway.get('/api/problems')).toEqual({ deliveries: [], events: [] });

    expect(await replayed(gateway, order)).toMatchObject({ events: { total: 0 }, payloads: { new: 0, again: 0 } });
    const again = await replayed(gateway, { filter: {}, rate: 1_000 });
    expect(again).toMatchObject({ events: { total: 30, translated: 30 }, payloads: { left_delivered: 30, new: 0 } });
    expect(new Set(messageIds(standIn)).size).toBe(30);
    expect(standIn.requests).toHaveLength(30);
    await vi.waitFor(
      () => expect(gateway.logged.filter(({ event }) => event === 'replay.ended')).toHaveLength(3),
      10_000,
    );
  });
});

describe('a payload that a destination refused', () => {
  it('is shown field by field beside the new one, made again under the same id, and the old one is given up', async () => {
    const { gateway, standIn, save } = await story(good);
    standIn.answerNext({ status: 400 });
    await gateway.send('evt_1');
    await counted(gateway, { deliveries: { dead: 1 } });
    await save(changed);

    const plan = await post(gateway, '/replays', { filter: {}, dry_run: true });
    expect(plan).toMatchObject({
      payloads: { again: 1, new: 0 },
      changed: { again: 1, left_delivered: 0 },
      changes: [{ fate: 'again', changes: [{ path: 'properties.amount', before: 42, after: 43 }] }],
    });
    await replayed(gateway, { filter: {} });

    await counted(gateway, { deliveries: { dead: 0, cancelled: 1, delivered: 1 } });
    expect(new Set(messageIds(standIn)).size).toBe(1);
    expect(amounts(standIn)).toEqual([42, 43]);
    expect(await gateway.get('/api/problems')).toMatchObject({ deliveries: [] });
  });

  it('goes out as it was when it is redelivered', async () => {
    const { gateway, standIn, save } = await story(good);
    standIn.answerNext({ status: 400 }, { status: 400 });
    for (const id of ['evt_1', 'evt_2']) await gateway.send(id);
    await counted(gateway, { deliveries: { dead: 2 } });
    await save(changed);
    const filter = { destination: 'segment', reason: 'rejected' };
    const counts = { deliveries: 2, destinations: { segment: 2 } };
    expect(await post(gateway, '/redeliveries', { filter, dry_run: true })).toEqual({ dry_run: true, ...counts });

    expect(await post(gateway, '/redeliveries', { filter })).toEqual({ dry_run: false, ...counts });

    await counted(gateway, { deliveries: { dead: 0, delivered: 2 } });
    expect(new Set(messageIds(standIn)).size).toBe(2);
    expect(amounts(standIn)).toEqual([42, 42, 42, 42]);
  });
});

describe('a replay under way', () => {
  it('goes on where the gateway stopped', async () => {
    const { gateway, save } = await story(broken);
    for (let n = 0; n < 20; n += 1) await gateway.send(`evt_${n}`);
    await counted(gateway, { events: { failed: 20 } });
    await save(good);
    const { id } = await post<Replay>(gateway, '/replays', { filter: {}, rate: 10 });
    await vi.waitFor(async () => {
      expect((await gateway.get<Replay>(`/api/replays/${id}`)).events.translated).toBeGreaterThan(2);
    }, 10_000);
    await gateway.halt();

    const [standIn] = standIns;
    const segment = { type: 'segment', url: standIn?.url, write_key: writeKey, allow_private_address: true };
    const mappings = { 'all.yaml': good };
    const next = await testGateway({ destinations: { segment }, mappings, dataDir: gateway.dataDir });

    await counted(next, { events: { failed: 0, translated: 20 }, deliveries: { delivered: 20 } });
    expect(await next.get(`/api/replays/${id}`)).toMatchObject({ status: 'finished', events: { translated: 20 } });
  });
});
