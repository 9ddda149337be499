import { afterEach, describe, expect, it, vi } from 'vitest';
import { startStandIn } from '../../src/demo/stand-ins/index.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { startHttpServer } from '../delivery/local-server.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const writeKey = 'write-key';
const mapping = (destinations: string): string => `version: 1
name: everything
source: stripe
event:
  name: Happened
  id: =id
  user: { id: =data.object.customer }
  attributes: { event: =id }
destinations: ${destinations}
`;

const standIns: StandIn[] = [];
afterEach(async () => {
  for (const standIn of standIns.splice(0)) await standIn.close();
});

async function segmentStandIn(): Promise<StandIn> {
  const standIn = await startStandIn('segment', { writeKey });
  standIns.push(standIn);
  return standIn;
}

const segment = ({ url }: StandIn, more: object = {}): object => ({
  type: 'segment',
  url,
  write_key: writeKey,
  allow_private_address: true,
  ...more,
});

interface Delivery {
  readonly id: string;
  readonly destination: string;
  readonly status: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly outgoing_id: string;
  readonly last_message: string | null;
}

const deliveries = async (gateway: TestGateway): Promise<readonly Delivery[]> =>
  (await gateway.get<{ items: Delivery[] }>('/api/deliveries')).items;

/** Asks until the deliveries look like this; what is waited for is on its way without a timer of ours. */
const eventually = <T>(look: () => Promise<T>, check: (value: T) => void): Promise<void> =>
  vi.waitFor(async () => check(await look()), { timeout: 10_000, interval: 20 });

describe('delivery', () => {
  it('tries again what failed for now, with the same bytes and the same id', async () => {
    const standIn = await segmentStandIn();
    standIn.answerNext({ status: 500 }, { status: 'reset' }, { status: 503 });
    const gateway = await testGateway({
      destinations: { segment: segment(standIn, { retry: { base_ms: 1, cap_ms: 5 } }) },
      mappings: { 'all.yaml': mapping('[segment]') },
    });

    expect(await gateway.send('evt_1')).toBe(200);
    await standIn.waitFor(1);

    await eventually(
      () => deliveries(gateway),
      (items) => expect(items).toMatchObject([{ status: 'delivered', attempts: 4 }]),
    );
    const bodies = standIn.requests.map(({ text }) => text);
    expect(bodies).toHaveLength(4);
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ messageId: (await deliveries(gateway))[0]?.outgoing_id });
  });

  it('gives up at once on an answer that will not change, and says why', async () => {
    const standIn = await segmentStandIn();
    standIn.answerNext({ status: 400, body: { error: 'no such thing' } });
    const gateway = await testGateway({
      destinations: { segment: segment(standIn) },
      mappings: { 'all.yaml': mapping('[segment]') },
    });

    await gateway.send('evt_1');

    await eventually(
      () => deliveries(gateway),
      (items) =>
        expect(items).toMatchObject([
          { status: 'dead', reason: 'rejected', attempts: 1, last_message: expect.stringContaining('no such thing') },
        ]),
    );
  });

  it('ends as dead when its attempts are used up', async () => {
    const standIn = await segmentStandIn();
    standIn.answerNext({ status: 500 }, { status: 500 }, { status: 500 });
    const retry = { base_ms: 1, cap_ms: 2, max_attempts: 3 };
    const gateway = await testGateway({
      destinations: { segment: segment(standIn, { retry }) },
      mappings: { 'all.yaml': mapping('[segment]') },
    });

    await gateway.send('evt_1');

    await eventually(
      () => deliveries(gateway),
      (items) => expect(items).toMatchObject([{ status: 'dead', reason: 'attempts_exhausted', attempts: 3 }]),
    );
  });

  it('refuses private addresses unless the destination allows them', async () => {
    const standIn = await segmentStandIn();
    const gateway = await testGateway({
      destinations: { segment: segment(standIn, { allow_private_address: false }) },
      mappings: { 'all.yaml': mapping('[segment]') },
    });

    await gateway.send('evt_1');

    await eventually(
      () => deliveries(gateway),
      (items) =>
        expect(items).toMatchObject([{ attempts: 1, last_message: expect.stringContaining('allow_private_address') }]),
    );
    expect(standIn.requests).toHaveLength(0);
  });

  it('lets a destination that hangs cost the others nothing', async () => {
    const [hanging, healthy] = [await segmentStandIn(), await segmentStandIn()];
    for (let request = 0; request < 8; request += 1) hanging.hang();
    const gateway = await testGateway({
      destinations: { slow: segment(hanging), fast: segment(healthy) },
      mappings: { 'all.yaml': mapping('[slow, fast]') },
    });

    for (let event = 0; event < 20; event += 1) await gateway.send(`evt_${event}`);
    await healthy.waitFor(20);

    await eventually(
      async () => (await deliveries(gateway)).filter(({ status }) => status === 'in_flight'),
      (waiting) => expect(waiting.map(({ destination }) => destination)).toEqual(Array(8).fill('slow')),
    );
    await hanging.close();
    standIns.splice(0, 1);
  });

  it('sends several payloads in one request where the destination takes a batch', async () => {
    const standIn = await segmentStandIn();
    let open: () => void = () => undefined;
    standIn.answerNext({ delayUntil: new Promise<void>((resolve) => (open = resolve)) });
    const gateway = await testGateway({
      destinations: { segment: segment(standIn, { batch: 50, concurrency: 1 }) },
      mappings: { 'all.yaml': mapping('[segment]') },
    });

    await gateway.send('evt_first');
    await standIn.waitFor(1, 'requests');
    for (let event = 0; event < 30; event += 1) await gateway.send(`evt_${event}`);
    await eventually(
      () => gateway.get<{ events: { received: number } }>('/api/stats'),
      (stats) => expect(stats.events.received).toBe(0),
    );
    open();

    await eventually(
      () => deliveries(gateway),
      (items) => expect(items.filter(({ status }) => status === 'delivered')).toHaveLength(31),
    );
    expect(standIn.requests).toHaveLength(2);
    expect(standIn.distinct()).toHaveLength(31);
  });

  it('loses of a refused batch only the payload that is to blame', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const { origin: url, requests } = await startHttpServer((response) => {
      const isBad = requests.at(-1)?.body.includes('evt_bad') ?? false;
      void (requests.length === 1 ? opened : Promise.resolve()).then(() => response.writeHead(isBad ? 400 : 200).end());
    });
    const rudderstack = {
      type: 'segment',
      flavor: 'rudderstack',
      url,
      write_key: writeKey,
      allow_private_address: true,
    };
    const gateway = await testGateway({
      destinations: { segment: { ...rudderstack, concurrency: 1 } },
      mappings: { 'all.yaml': mapping('[segment]') },
    });

    await gateway.send('evt_first');
    await eventually(
      async () => requests.length,
      (count) => expect(count).toBe(1),
    );
    for (const event of ['evt_1', 'evt_2', 'evt_bad', 'evt_3']) await gateway.send(event);
    await eventually(
      () => gateway.get<{ events: { received: number } }>('/api/stats'),
      (stats) => expect(stats.events.received).toBe(0),
    );
    open();

    await eventually(
      () => deliveries(gateway),
      (items) => expect(items.filter(({ status }) => status === 'delivered')).toHaveLength(4),
    );
    expect((await deliveries(gateway)).filter(({ status }) => status !== 'delivered')).toMatchObject([
      { status: 'dead', reason: 'rejected', attempts: 1 },
    ]);
    // The first, four together, their halves, and the halves of the refused one.
    expect(requests).toHaveLength(6);
  });

  it('keeps what is due while it is stopped and delivers it after the next start', async () => {
    const standIn = await segmentStandIn();
    standIn.hang();
    const options = {
      destinations: { segment: segment(standIn, { timeout_ms: 120_000 }) },
      mappings: { 'all.yaml': mapping('[segment]') },
    };
    const before = await testGateway(options);
    await before.send('evt_1');
    await standIn.waitFor(1, 'requests');
    const stopped = before.halt();
    await stopped;

    const after = await testGateway({ ...options, dataDir: before.dataDir });

    await standIn.waitFor(1);
    await eventually(
      () => deliveries(after),
      (items) => expect(items).toMatchObject([{ status: 'delivered', attempts: 1 }]),
    );
    expect(new Set(standIn.requests.map(({ text }) => text)).size).toBe(1);
  }, 30_000);

  it('shows payloads of a console destination and calls them delivered', async () => {
    const gateway = await testGateway({
      destinations: { debug: { type: 'console' } },
      mappings: { 'all.yaml': mapping('[debug]') },
    });

    await gateway.send('evt_1');

    await eventually(
      () => deliveries(gateway),
      (items) => expect(items).toMatchObject([{ status: 'delivered' }]),
    );
    expect(gateway.shown.join('\n')).toContain('"name":"Happened"');
  });

  it('refuses a payload that its destination would not take, before it leaves', async () => {
    const standIn = await segmentStandIn();
    const broken = mapping('{ segment: { merge: { userId: null } } }');
    const gateway = await testGateway({
      destinations: { segment: segment(standIn) },
      mappings: { 'all.yaml': broken },
    });

    await gateway.send('evt_1');

    await eventually(
      () => deliveries(gateway),
      (items) => expect(items).toMatchObject([{ status: 'dead', reason: 'invalid_payload', attempts: 1 }]),
    );
    expect(standIn.requests).toHaveLength(0);
  });
});
