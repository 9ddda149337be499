import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { createWorkspace, settled, type Workspace } from '../support/gateway-process.ts';
import { type Ended, hookstitch, type Running, startHookstitch } from '../support/hookstitch-process.ts';
import { postStripe, stripeBody, stripeSecret } from '../support/stripe-sender.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const gateway = `version: 1
sources: { stripe: { type: stripe, secret: ${stripeSecret} } }
destinations:
  debug: { type: console }
  segment: { type: segment, url: "http://127.0.0.1:9", write_key: a-write-key, allow_private_address: true }
`;
const mapping = `# Comments stay.
version: 1
name: Check
source: stripe
events: check.*
event:
  name: =type # the type
  id: =id
  timestamp: =created
  user: { id: =data.object.customer, email: =data.object.email }
destinations:
  debug: {}
`;
const failing = mapping.replace('check.*', 'broken.*').replace('=type', '=1 + type');
const unreachable = mapping.replace('check.*', 'far.*').replace('debug', 'segment');

interface Gateway {
  readonly workspace: Workspace;
  run(...args: readonly string[]): Promise<Ended>;
  start(...args: readonly string[]): Running;
  /** Sends a signed event and waits until all that can be done is done. */
  send(id: string, type: string, email?: string): Promise<void>;
  stop(): Promise<unknown>;
}

async function runningGateway(): Promise<Gateway> {
  const mappings = { 'check.yaml': mapping, 'failing.yaml': failing, 'unreachable.yaml': unreachable };
  const workspace = await createWorkspace({ gateway, mappings });
  const running = await workspace.start();
  onTestFinished(async () => {
    if (running.child.exitCode === null) await running.end('SIGKILL');
    await workspace.remove();
  });
  const { hostname, port } = new URL(workspace.adminUrl);
  const surroundings = {
    cwd: workspace.folder,
    environment: { MAPPINGS_DIR: '.', ADMIN_HOST: hostname, ADMIN_PORT: port, ADMIN_TOKEN: workspace.token },
  };
  return {
    workspace,
    run: (...args) => hookstitch(args, surroundings),
    start: (...args) => startHookstitch(args, surroundings),
    stop: () => running.end('SIGTERM'),
    send: async (id, type, email = 'ada@example.org') => {
      const body = stripeBody(id, type).replace('"object":{', `"object":{"email":${JSON.stringify(email)},`);
      expect(await postStripe(workspace.url, body)).toBe(200);
      if (!type.startsWith('far.')) await settled(workspace, 10_000);
    },
  };
}

describe('hookstitch events', () => {
  it('lists what arrived and what became of it, and is ls when it is nothing else', async () => {
    const { run, send } = await runningGateway();
    await send('evt_1', 'check.paid');
    await send('evt_2', 'broken.paid');
    await send('evt_3', 'other.paid');

    const { code, stdout } = await run('events');

    const time = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d';
    const [heading, ...rows] = stdout.trimEnd().split('\n');
    expect(heading?.split(/ {2,}/)).toEqual(['TIME', 'SOURCE', 'EVENT', 'STATUS', 'DELIVERIES', 'WHY', 'ID']);
    expect(rows).toEqual([
      expect.stringMatching(
        new RegExp(`^${time} {2}stripe {2}other\\.paid +\\? unmatched +no mapping for .+ evt_\\w+$`),
      ),
      expect.stringMatching(
        new RegExp(`^${time} {2}stripe {2}broken\\.paid +✗ failed +failing\\.yaml: event\\.name: .+ evt_\\w+$`),
      ),
      expect.stringMatching(new RegExp(`^${time} {2}stripe {2}check\\.paid +✓ translated +1 delivered +evt_\\w+$`)),
    ]);
    expect(code).toBe(0);

    expect((await run('events', '--status', 'failed', '--since', '5m')).stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(await run('events', 'ls', '--type', 'nothing')).toMatchObject({ code: 0, stdout: 'no events\n' });
    const page = JSON.parse((await run('events', 'ls', '--json', '--limit', '1')).stdout) as object;
    expect(page).toMatchObject({ items: [{ type: 'other.paid' }], next_cursor: expect.any(String) });
  });

  it('shows one event from its request to its attempts', async () => {
    const { run, send } = await runningGateway();
    await send('evt_1', 'check.paid');
    const id = await newestId(run);

    const { code, stdout } = await run('events', 'show', id);

    expect(stdout).toMatch(/^stripe check\.paid {2}✓ translated {2}evt_\w+\n/);
    expect(stdout).toMatch(/\nreceived .+ POST \S+\/in\/stripe {2}\d+ bytes\n/);
    expect(stdout).toContain('\nmapped     check.yaml  translated\n');
    expect(stdout).toMatch(/\n→ debug {2}✓ delivered {2}dlv_\w+\n {2}made by {2}check\.yaml\n/);
    expect(stdout).toMatch(/\n {2}try 1 .+ delivered {2}in \d+ ms\n/);
    expect(stdout).toContain('"name": "check.paid"');
    expect(code).toBe(0);
    expect(JSON.parse((await run('events', 'show', id, '--json')).stdout)).toMatchObject({ id, external_id: 'evt_1' });
    expect(await run('events', 'show', 'evt_none')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no event evt_none  [EVENT_NOT_FOUND]'),
    });
  });

  it('exits 2 for what the API does not know', async () => {
    const { run } = await runningGateway();
    expect(await run('events', '--status', 'lost')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"received"|"translated"|"unmatched"|"failed"'),
    });
    expect(await run('events', '--since', 'soon')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('use 15m, 2h or 1d'),
    });
  });

  it('follows along: a line for each event and for each change, until Ctrl-C', async () => {
    const { start, send } = await runningGateway();
    await send('evt_0', 'check.before');
    const tail = start('events', 'tail', '--json');
    await tail.wrote('waiting for events');
    await send('evt_1', 'check.during');
    await send('evt_2', 'far.away');

    await tail.wrote('check.during');
    await tail.wrote(/"type":"far\.away"[^\n]*"status":"pending","attempts":[1-9]/);

    expect(await tail.end('SIGINT')).toBe(0);
    const { stdout } = await tail.ended;
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; deliveries: { destination: string }[] });
    expect(lines.map(({ type }) => type)).not.toContain('check.before');
    expect(lines.findLast(({ type }) => type === 'check.during')?.deliveries).toEqual([
      expect.objectContaining({ destination: 'debug', status: 'delivered' }),
    ]);
  });
});

const newestId = async (run: Gateway['run']): Promise<string> => {
  const { items } = JSON.parse((await run('events', 'ls', '--json')).stdout) as { items: { id: string }[] };
  return items[0]?.id ?? '';
};

describe('hookstitch events pin', () => {
  it('keeps an event without its person, with a test that passes, and leaves the rest of the mapping alone', async () => {
    const { workspace, run, send } = await runningGateway();
    await send('evt_1', 'check.paid', 'ada@lovelace.example');

    const pinned = await run('events', 'pin', await newestId(run), '--name', 'a real check');

    expect(pinned).toMatchObject({ code: 0, stderr: '' });
    expect(pinned.stdout).toContain('wrote fixtures/stripe.check.paid.1.json');
    const fixture = await readFile(join(workspace.folder, 'fixtures/stripe.check.paid.1.json'), 'utf8');
    expect(fixture).not.toContain('ada@lovelace.example');
    expect(fixture).toMatch(/"email": "user-[0-9a-f]{8}@example\.com"/);
    const text = await readFile(join(workspace.folder, 'check.yaml'), 'utf8');
    expect(text.startsWith(mapping)).toBe(true);
    expect(text.slice(mapping.length)).toMatch(
      /^tests:\n {2}- name: a real check\n {4}given: fixtures\/stripe\.check\.paid\.1\.json\n {4}expect:\n {6}debug:\n {8}name: check\.paid\n/,
    );
    expect(await run('test', 'check.yaml')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ a real check'),
    });
  });

  it('takes the next number for another event, and pins the same one once', async () => {
    const { workspace, run, send } = await runningGateway();
    await send('evt_1', 'check.paid');
    const first = await newestId(run);
    await send('evt_2', 'check.paid');
    await run('events', 'pin', first);

    expect((await run('events', 'pin', await newestId(run))).stdout).toContain(
      'wrote fixtures/stripe.check.paid.2.json',
    );
    expect((await run('events', 'pin', first)).stdout).toBe(
      'has fixtures/stripe.check.paid.1.json\ncheck.yaml has a test for it already\n',
    );
    expect(await readdir(join(workspace.folder, 'fixtures'))).toHaveLength(2);
    expect(await run('test', 'check.yaml')).toMatchObject({ code: 0, stdout: expect.stringContaining('2 passed') });
  });

  it('lets no sender choose another folder', async () => {
    const { workspace, run, send } = await runningGateway();
    await send('evt_1', 'check/../../../evil');
    expect((await run('events', 'pin', await newestId(run))).stdout).toContain(
      'wrote fixtures/stripe.check-..-..-..-evil.1.json',
    );
    expect(await readdir(join(workspace.folder, 'fixtures'))).toEqual(['stripe.check-..-..-..-evil.1.json']);
  });

  it('says why there is no test', async () => {
    const { run, send } = await runningGateway();
    await send('evt_1', 'other.type');
    const unmapped = await newestId(run);
    await send('evt_2', 'broken.type');

    expect(await run('events', 'pin', unmapped)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('no mapping is for such events yet'),
    });
    expect(await run('events', 'pin', unmapped, '--mapping', 'check.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('check.yaml is no mapping for stripe events of type other.type'),
    });
    expect(await run('events', 'pin', await newestId(run))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('failing.yaml fails on it, so there is no test yet: event.name: '),
    });
  });
});

describe('hookstitch deliveries', () => {
  it('lists what is sent, and shows one with its payload and attempts', async () => {
    const { run, send } = await runningGateway();
    await send('evt_1', 'check.paid');

    const list = await run('deliveries');
    expect(list.stdout.split('\n')[0]?.split(/ {2,}/)).toEqual([
      ...['TIME', 'DESTINATION', 'STATUS', 'ATTEMPTS', 'WHY', 'EVENT', 'ID'],
    ]);
    expect(list.stdout).toMatch(/ debug +✓ delivered +1 +evt_\w+ {2}dlv_\w+\n/);
    const { items } = JSON.parse((await run('deliveries', 'ls', '--destination', 'debug', '--json')).stdout) as {
      items: { id: string }[];
    };
    expect((await run('deliveries', 'ls', '--since', '1h')).stdout).toMatch(/✓ delivered/);
    expect((await run('deliveries', 'ls', '--until', '1h')).stdout).toBe('no deliveries\n');
    expect((await run('deliveries', 'ls', '--reason', 'rejected', '--cause', 'no')).stdout).toBe('no deliveries\n');
    const { code, stdout } = await run('deliveries', 'show', String(items[0]?.id));
    expect(stdout).toMatch(/^→ debug {2}✓ delivered {2}dlv_\w+\n/);
    expect(stdout).toContain('"name": "check.paid"');
    expect(code).toBe(0);
    expect(await run('deliveries', 'show', 'dlv_none')).toMatchObject({ code: 1 });
  });
});

describe('without a gateway', () => {
  it('reads the events in its store: ls, show and pin', async () => {
    const { workspace, run, send, stop } = await runningGateway();
    await send('evt_1', 'check.paid');
    await send('evt_2', 'other.paid');
    const [page, shown] = [await run('events', 'ls', '--json'), await run('events', 'show', 'latest', '--json')];
    await stop();

    expect(await run('events', 'ls', '--json')).toEqual(page);
    expect(await run('events', 'show', 'latest', '--json')).toEqual(shown);
    expect((await run('events')).stdout).toMatch(/check\.paid +✓ translated +1 delivered/);
    const { stdout } = await run('events', 'ls', '--json', '--status', 'translated', '--since', '1h', '--limit', '1');
    const { items } = JSON.parse(stdout) as { items: { id: string; type: string }[] };
    expect(items).toMatchObject([{ type: 'check.paid' }]);
    expect(await run('events', 'pin', String(items[0]?.id))).toMatchObject({ code: 0 });
    expect(await readdir(join(workspace.folder, 'fixtures'))).toEqual(['stripe.check.paid.1.json']);
  });

  it.each([
    { args: ['events', 'ls', '--status', 'lost'], code: 2, says: '"received"|"translated"|"unmatched"|"failed"' },
    { args: ['events', 'ls', '--limit', '201'], code: 2, says: 'from 1 to 200' },
    { args: ['events', 'show', 'evt_none'], code: 1, says: 'no event evt_none  [EVENT_NOT_FOUND]' },
    { args: ['events', 'show', 'latest'], code: 1, says: 'there are no events yet' },
    { args: ['events', 'tail'], code: 1, says: 'GATEWAY_UNREACHABLE' },
  ])('refuses what the gateway would refuse: $args', async ({ args, code, says }) => {
    const cwd = await temporaryFolder();
    await (await openStore({ dataDir: join(cwd, 'data') })).close();
    expect(await hookstitch(args, { cwd })).toMatchObject({ code, stderr: expect.stringContaining(says) });
  });

  it('says that none answers and where it looked', async () => {
    const cwd = await temporaryFolder({ 'data/admin-token': 'a-token-of-more-than-thirty-two-characters' });
    expect(await hookstitch(['events'], { cwd, environment: { ADMIN_PORT: '9' } })).toMatchObject({
      code: 1,
      stderr:
        'error no gateway answers at http://127.0.0.1:9  [GATEWAY_UNREACHABLE]\n' +
        '  start it with `hookstitch serve`, or set ADMIN_HOST and ADMIN_PORT to where it runs\n',
    });
  });

  it('says that there has never been one', async () => {
    const cwd = await temporaryFolder();
    expect(await hookstitch(['deliveries'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no admin token in ./data, so no gateway has run there'),
    });
    expect(await readdir(cwd)).toEqual([]);
  });

  it('tells a wrong token from no gateway', async () => {
    const { workspace } = await runningGateway();
    const environment = { ADMIN_PORT: new URL(workspace.adminUrl).port, ADMIN_TOKEN: 'x'.repeat(32) };
    expect(await hookstitch(['events'], { cwd: workspace.folder, environment })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the gateway refuses the token'),
    });
  });
});
