import { afterEach, describe, expect, it, vi } from 'vitest';
import { startStandIn } from '../../src/demo/stand-ins/index.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const writeKey = 'write-key';
const mapping = `version: 1
name: everything
source: stripe
event:
  name: Happened
  id: =id
  user: { id: =data.object.customer }
  attributes: { event: =id }
destinations: [segment]
`;

const standIns: StandIn[] = [];
afterEach(async () => {
  for (const standIn of standIns.splice(0)) await standIn.close();
});

async function gatewayTo(settings: object = {}): Promise<{ gateway: TestGateway; standIn: StandIn }> {
  const standIn = await startStandIn('segment', { writeKey });
  standIns.push(standIn);
  const segment = { type: 'segment', url: standIn.url, write_key: writeKey, allow_private_address: true, ...settings };
  return { standIn, gateway: await testGateway({ destinations: { segment }, mappings: { 'all.yaml': mapping } }) };
}

interface Destination {
  readonly deliveries: Readonly<Record<string, number>>;
  readonly paused_at: string | null;
  readonly circuit: { readonly state: string; readonly trouble: string | null; readonly message: string | null };
}

const destination = async (gateway: TestGateway): Promise<Destination | undefined> =>
  (await gateway.get<{ items: Destination[] }>('/api/destinations')).items[0];

const post = async ({ adminUrl, token }: TestGateway, path: string): Promise<Response> =>
  fetch(`${adminUrl}/api/destinations/${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });

const eventually = (gateway: TestGateway, expected: object): Promise<void> =>
  vi.waitFor(async () => expect(await destination(gateway)).toMatchObject(expected), { timeout: 10_000, interval: 20 });

describe('a lane', () => {
  it('keeps everything while an operator holds it, and lets it go in order when it is resumed', async () => {
    const { gateway, standIn } = await gatewayTo({ concurrency: 1 });
    expect((await post(gateway, 'segment/pause')).status).toBe(200);
    for (const id of ['evt_1', 'evt_2', 'evt_3']) await gateway.send(id);
    await eventually(gateway, { deliveries: { pending: 3, in_flight: 0 } });
    expect((await destination(gateway))?.paused_at).not.toBeNull();
    expect(standIn.requests).toEqual([]);

    expect((await post(gateway, 'segment/resume')).status).toBe(200);

    await eventually(gateway, { deliveries: { delivered: 3 }, paused_at: null });
    expect(standIn.requests.map(({ text }) => JSON.parse(text).properties.event)).toEqual(['evt_1', 'evt_2', 'evt_3']);
  });

  it('keeps everything while the credentials are refused, with no attempt counted, until they are right', async () => {
    const { gateway, standIn } = await gatewayTo({ retry: { max_attempts: 1 } });
    standIn.answerNext({ status: 401, body: { error: 'bad key' } });
    await gateway.send('evt_1');
    await eventually(gateway, { circuit: { state: 'open', trouble: 'credentials' }, deliveries: { pending: 1 } });
    await gateway.send('evt_2');
    await eventually(gateway, { deliveries: { pending: 2 } });
    expect(gateway.logged).toContainEqual(expect.objectContaining({ event: 'lane.opened', trouble: 'credentials' }));

    await post(gateway, 'segment/resume');

    await eventually(gateway, { deliveries: { delivered: 2, dead: 0 }, circuit: { state: 'closed' } });
    expect(gateway.logged).toContainEqual(expect.objectContaining({ event: 'lane.closed' }));
  });

  it('is left alone as long as it asks, and not a request comes before', async () => {
    const { gateway, standIn } = await gatewayTo();
    standIn.answerNext({ status: 429, headers: { 'retry-after': '1' } });
    const sentAt = performance.now();
    await gateway.send('evt_1');
    // Not the state of the circuit: on a slow machine it may have closed again before anyone looks.
    const opened = expect.objectContaining({ event: 'lane.opened', trouble: 'throttled' });
    await vi.waitFor(() => expect(gateway.logged).toContainEqual(opened), { timeout: 10_000, interval: 20 });
    for (const id of ['evt_2', 'evt_3']) await gateway.send(id);

    await eventually(gateway, { deliveries: { delivered: 3 } });
    expect(performance.now() - sentAt).toBeGreaterThan(900);
    expect(standIn.requests).toHaveLength(4);
  });

  it('opens when nothing works any more, and a single request finds out that it does again', async () => {
    const circuit = { failures: 3, wait_ms: 50, wait_max_ms: 50 };
    const { gateway, standIn } = await gatewayTo({ circuit, concurrency: 1, retry: { base_ms: 1, cap_ms: 2 } });
    standIn.answerNext(...Array.from({ length: 5 }, () => ({ status: 500 as const })));
    for (const id of ['evt_1', 'evt_2']) await gateway.send(id);

    await eventually(gateway, { deliveries: { delivered: 2 }, circuit: { state: 'closed' } });
    expect(standIn.requests).toHaveLength(7);
    expect(gateway.logged.filter(({ event }) => event === 'lane.opened')).toHaveLength(1);
  });

  it('can be asked with a test event that goes past everything that waits', async () => {
    const { gateway, standIn } = await gatewayTo();
    await post(gateway, 'segment/pause');
    await gateway.send('evt_1');
    standIn.answerNext({ status: 401, body: { error: 'bad key' } });

    expect(await (await post(gateway, 'segment/test')).json()).toMatchObject({
      outcome: 'retry',
      reason: 'unauthorized',
      response: { status: 401 },
    });
    expect(await (await post(gateway, 'segment/test')).json()).toMatchObject({ outcome: 'delivered' });
    expect(standIn.requests.map(({ text }) => JSON.parse(text).event)).toEqual(['Hookstitch Test', 'Hookstitch Test']);
    expect(await destination(gateway)).toMatchObject({ deliveries: { delivered: 0 }, circuit: { state: 'closed' } });
  });

  it('is told of at the start where deliveries wait and nothing is sent any more', async () => {
    const { gateway, standIn } = await gatewayTo();
    await post(gateway, 'segment/pause');
    await gateway.send('evt_1');
    await eventually(gateway, { deliveries: { pending: 1 } });
    await gateway.halt();

    const segment = { type: 'segment', url: standIn.url, write_key: '', allow_private_address: true };
    for (const [destinations, off] of [
      [{ segment }, 'destinations.segment.write_key is not set'],
      [{ other: { ...segment, write_key: writeKey } }, 'gateway.yaml does not name it'],
      [{ segment: { ...segment, write_key: writeKey } }, undefined],
    ] as const) {
      const { logged, halt } = await testGateway({ destinations, mappings: {}, dataDir: gateway.dataDir });
      await halt();
      const unserved = { event: 'lane.unserved', destination: 'segment', deliveries: 1, off };
      expect(logged.filter(({ event }) => event === 'lane.unserved')).toEqual(off === undefined ? [] : [unserved]);
    }
  });

  it('is unknown by any other name', async () => {
    const { gateway } = await gatewayTo();
    const answer = await post(gateway, 'nowhere/pause');
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'destination_unknown' } }]);
  });
});
