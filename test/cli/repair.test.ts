import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startStandIn } from '../../src/demo/stand-ins/index.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { hookstitch } from '../support/command-line.ts';
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
const broken = mapping("=$require(data.object.amount, 'no amount')");

const standIns: StandIn[] = [];
afterEach(async () => {
  for (const standIn of standIns.splice(0)) await standIn.close();
});

async function operator(text: string) {
  const standIn = await startStandIn('segment', { writeKey });
  standIns.push(standIn);
  const segment = { type: 'segment', url: standIn.url, write_key: writeKey, allow_private_address: true };
  const folder = await temporaryFolder({ 'all.yaml': text });
  const gateway = await testGateway({ destinations: { segment }, mappings: { folder } });
  const environment = { ADMIN_PORT: new URL(gateway.adminUrl).port, ADMIN_TOKEN: gateway.token };
  const run = (...args: readonly string[]) => hookstitch(folder, args, environment);
  const save = async (later: string): Promise<void> => {
    const loaded = () => gateway.logged.filter(({ event }) => event === 'mapping.loaded').length;
    const before = loaded();
    await writeFile(join(folder, 'all.yaml'), later);
    await vi.waitFor(() => expect(loaded()).toBeGreaterThan(before), { timeout: 10_000, interval: 20 });
  };
  return { gateway, standIn, run, save };
}

const counted = (gateway: TestGateway, expected: object): Promise<void> =>
  vi.waitFor(async () => expect(await gateway.get('/api/stats')).toMatchObject(expected), {
    timeout: 10_000,
    interval: 20,
  });

describe('failed events on the command line', () => {
  it('are grouped, planned and replayed', async () => {
    const { gateway, run, save } = await operator(broken);
    expect(await run('problems')).toMatchObject({ code: 0, out: '✓ no dead deliveries, no failed events\n' });
    for (const id of ['evt_1', 'evt_2', 'evt_3']) await gateway.send(id);
    await counted(gateway, { events: { failed: 3 } });

    const problems = await run('problems');
    expect(problems.code).toBe(1);
    expect(problems.out).toMatch(/^FAILED FROM +COUNT +REASON .*\nstripe +3 +mapping_failed +all\.yaml: .*no amount/);
    const hopeless = await run('replay', '--status', 'failed', '--dry-run');
    expect(hopeless.code).toBe(1);
    expect(hopeless.out).toMatch(/3 {2}would stay failed\n +3 {2}✗ all\.yaml: .*no amount.* evt_/);

    await save(mapping('=42'));
    const plan = await run('replay', '--status', 'failed', '--dry-run');
    expect(plan).toMatchObject({ code: 0, out: expect.stringContaining('3 deliveries would be made\n        3  new') });
    expect(plan.out).toContain('"amount":42');
    const done = await run('replay', '--status', 'failed', '--yes', '--rate', '1000');
    expect(done.code).toBe(0);
    expect(done.out).toMatch(
      /^rpl_\w+ {2}✓ finished .*\n {2}status failed; until .*\n +3 {2}events fitted\n +3 {2}translated/,
    );
    await counted(gateway, { deliveries: { delivered: 3 } });

    const list = await run('replays');
    expect(list.out).toMatch(/✓ finished +3 +3 +0 +3 +0 +rpl_/);
    const id = /rpl_\w+/.exec(list.out)?.[0] ?? '';
    expect(JSON.parse((await run('replays', 'show', id, '--json')).out)).toMatchObject({ id, events: { total: 3 } });
    expect(await run('replays', 'cancel', id)).toMatchObject({ code: 1, err: expect.stringContaining('REPLAY_ENDED') });
    expect(await run('replay', '--status', 'failed')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 events'),
    });
  });

  it('are replayed one by one too, and only if that is possible', async () => {
    const { gateway, run } = await operator(mapping('=42'));
    await gateway.send('evt_1');
    await counted(gateway, { deliveries: { delivered: 1 } });
    const { items } = await gateway.get<{ items: { id: string }[] }>('/api/events');
    const id = items[0]?.id ?? '';

    const left = await run('replay', id, '--yes', '--json');
    expect([left.code, JSON.parse(left.out)]).toMatchObject([
      0,
      { events: { translated: 1 }, payloads: { left_delivered: 1 } },
    ]);
    const again = await run('replay', id, '--yes', '--include-delivered', '--destination', 'segment');
    expect(again.out).toContain('1 delivery made');
    await counted(gateway, { deliveries: { delivered: 2 } });
    expect(await run('replay', 'evt_none', '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('EVENT_NOT_FOUND'),
    });
  });
});

describe('dead deliveries on the command line', () => {
  it('are redelivered, or given up', async () => {
    const { gateway, standIn, run, save } = await operator(mapping('=42'));
    standIn.answerNext({ status: 400 }, { status: 400 }, { status: 400 });
    for (const id of ['evt_1', 'evt_2', 'evt_3']) await gateway.send(id);
    await counted(gateway, { deliveries: { dead: 3 } });
    expect((await run('problems')).out).toMatch(/^DEAD AT .*\nsegment +3 +rejected /);

    const dry = await run('redeliver', '--destination', 'segment', '--dry-run');
    expect(dry).toMatchObject({ code: 0, out: '3 dead deliveries (3 segment) would be sent again\n' });
    const ids = (await gateway.get<{ items: { id: string }[] }>('/api/deliveries?status=dead')).items.map(
      ({ id }) => id,
    );
    const [first = '', second = ''] = ids;
    expect(await run('redeliver', first)).toMatchObject({ code: 0, out: '1 dead delivery (1 segment) back in line\n' });
    expect(await run('redeliver', 'dlv_none')).toMatchObject({ code: 1 });
    expect(await run('deliveries', 'cancel', second)).toMatchObject({ code: 0, out: `${second} is cancelled\n` });
    expect(await run('deliveries', 'cancel', second)).toMatchObject({ code: 1 });
    await counted(gateway, { deliveries: { dead: 1, delivered: 1, cancelled: 1 } });

    const cancelled = await run('deliveries', 'cancel', '--destination', 'segment', '--status', 'dead', '--dry-run');
    expect(cancelled).toMatchObject({ code: 0, out: '1 delivery (1 segment) would be given up\n' });
    expect(await run('deliveries', 'cancel')).toMatchObject({ code: 2 });
    expect(await run('deliveries', 'cancel', '--destination', 'umami', '--yes')).toMatchObject({
      code: 0,
      out: '0 deliveries given up\n',
    });

    await save(mapping('=43'));
    const plan = await run('replay', '--all', '--dry-run');
    expect(plan.out).toMatch(/made again\n {4}- properties\.amount: 42\n {4}\+ properties\.amount: 43/);
    expect(await run('redeliver', '--all', '--yes', '--json')).toMatchObject({ code: 0 });
    await counted(gateway, { deliveries: { dead: 0, delivered: 2 } });
  });
});

describe('a repair', () => {
  it.each([
    [['replay'], '--all means all that there are'],
    [['redeliver'], '--all means all that there are'],
    [['redeliver', '--all', '--json'], 'add --yes or --dry-run'],
    [['replay', '--all', '--rate', 'fast', '--dry-run'], 'no number above 0'],
    [['replay', '--all', '--since', 'yesterday', '--dry-run'], 'is no time'],
  ])('of %j is wrong use', async (args, told) => {
    const folder = await temporaryFolder({});
    const environment = { ADMIN_PORT: '9', ADMIN_TOKEN: 'a-token-of-at-least-32-characters' };
    const { code, err } = await hookstitch(folder, args, environment);
    expect([code, err]).toEqual([2, expect.stringContaining(told)]);
  });

  it('of many is not begun unasked where nobody can be asked', async () => {
    const { gateway, run } = await operator(mapping('=42'));
    await gateway.send('evt_1');
    await counted(gateway, { deliveries: { delivered: 1 } });

    expect(await run('replay', '--all')).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
    expect(await gateway.get('/api/replays')).toEqual({ items: [] });
  });
});
