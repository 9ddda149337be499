import { mkdir, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const mapping = (name: string, more = ''): string => `version: 1
name: ${name}
source: stripe
event:
  name: ${name}
  id: =id
  user: { id: =data.object.customer }
destinations: [debug]
${more}`;

const testsOf = (given: string, event: string): string =>
  `tests:\n  - name: it is named\n    given: ${given}\n    expect: { debug: { name: ${event} } }\n`;

const fixture = JSON.stringify({
  id: 'evt_1',
  object: 'event',
  type: 'x',
  created: 1,
  data: { object: { customer: 'c' } },
});

interface MappingItem {
  readonly file: string;
  readonly name: string | null;
  readonly status: string;
  readonly version: string | null;
  readonly problems: readonly { readonly code: string; readonly line: number; readonly column: number }[];
  readonly failing_tests: readonly { readonly name: string; readonly failures: readonly string[] }[];
}

/** What the gateways of these tests start with. */
const gatewayText = `version: 1
sources: { stripe: { type: stripe, secret: "\${STRIPE_WEBHOOK_SECRET}" } }
destinations: { debug: { type: console } }
`;

async function gatewayOver(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder(files);
  const gateway = await testGateway({ destinations: { debug: { type: 'console' } }, mappings: { folder } });
  const save = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  const items = async (): Promise<readonly MappingItem[]> =>
    (await gateway.get<{ items: MappingItem[] }>('/api/mappings')).items;
  /** Waits until the files have these names (the last good ones) and these states. */
  const becomes = (expected: Readonly<Record<string, readonly [name: string | null, status: string]>>): Promise<void> =>
    eventually(async () =>
      expect(Object.fromEntries((await items()).map(({ file, name, status }) => [file, [name, status]]))).toEqual(
        expected,
      ),
    );
  const becomesGatewayFile = (expected: object): Promise<void> =>
    eventually(async () =>
      expect((await gateway.get<{ gateway_file: object }>('/api/mappings')).gateway_file).toMatchObject(expected),
    );
  const item = async (file: string): Promise<MappingItem | undefined> =>
    (await items()).find((candidate) => candidate.file === file);
  const logged = (event: string): readonly object[] => gateway.logged.filter((line) => line.event === event);
  return {
    folder,
    gateway,
    save,
    becomes,
    becomesGatewayFile,
    item,
    logged,
    path: (name: string) => join(folder, name),
  };
}

const eventually = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 20 });

let sent = 0;

/** What a new event becomes: the names of the events that go to the destination. */
async function namesOfNewEvent(gateway: TestGateway): Promise<readonly string[]> {
  sent += 1;
  const id = `evt_${sent}`;
  expect(await gateway.send(id)).toBe(200);
  let names: readonly string[] = [];
  await eventually(async () => {
    const { items } = await gateway.get<{ items: { id: string; external_id: string; status: string }[] }>(
      '/api/events',
    );
    const event = items.find(({ external_id }) => external_id === id);
    expect(event?.status).not.toBe('received');
    const { deliveries } = await gateway.get<{ deliveries: { payload: { name: string } }[] }>(
      `/api/events/${event?.id}`,
    );
    names = deliveries.map(({ payload }) => payload.name);
  });
  return names;
}

describe('a mapping file that is saved', () => {
  it('takes effect without a restart, and the events before it keep what they became', async () => {
    const { gateway, save, becomes, logged } = await gatewayOver({ 'a.yaml': mapping('One') });
    expect(await namesOfNewEvent(gateway)).toEqual(['One']);
    await save('a.yaml', mapping('Two'));
    await becomes({ 'a.yaml': ['Two', 'live'] });
    expect(await namesOfNewEvent(gateway)).toEqual(['Two']);
    expect(logged('mapping.loaded')).toMatchObject([
      { file: 'a.yaml', mappings: 1 },
      { file: 'a.yaml', mappings: 1 },
    ]);
    expect(logged('event.failed')).toEqual([]);
  });

  it.each<[string, (path: (name: string) => string) => Promise<unknown>]>([
    [
      'by a rename over it',
      async (path) => {
        await writeFile(path('a.yaml.tmp'), mapping('Two'));
        await rename(path('a.yaml.tmp'), path('a.yaml'));
      },
    ],
    [
      'by moving the old one away first, as vim does',
      async (path) => {
        await rename(path('a.yaml'), path('a.yaml~'));
        await writeFile(path('a.yaml'), mapping('Two'));
        await unlink(path('a.yaml~'));
      },
    ],
    [
      'in two parts',
      async (path) => {
        const text = mapping('Two');
        await writeFile(path('a.yaml'), text.slice(0, 40));
        await writeFile(path('a.yaml'), text.slice(40), { flag: 'a' });
      },
    ],
    [
      'many times in a row',
      async (path) => {
        for (let save = 0; save < 20; save += 1) await writeFile(path('a.yaml'), mapping(`Draft ${save}`));
        await writeFile(path('a.yaml'), mapping('Two'));
      },
    ],
  ])('takes effect once, when it is whole: %s', async (_how, save) => {
    const { path, becomes, logged } = await gatewayOver({ 'a.yaml': mapping('One') });
    await save(path);
    await becomes({ 'a.yaml': ['Two', 'live'] });
    expect(logged('mapping.loaded')).toHaveLength(2);
    expect(logged('mapping.refused')).toEqual([]);
    expect(logged('mapping.removed')).toEqual([]);
  });

  it('is one of many: new ones start, deleted ones stop, the others go on', async () => {
    const { gateway, save, path, becomes, logged } = await gatewayOver({
      'a.yaml': mapping('A'),
      'b.yaml': mapping('B'),
    });
    await save('c.yaml', mapping('C'));
    await rm(path('b.yaml'));
    await becomes({ 'a.yaml': ['A', 'live'], 'c.yaml': ['C', 'live'] });
    expect(await namesOfNewEvent(gateway)).toEqual(['A', 'C']);
    expect(logged('mapping.removed')).toEqual([{ event: 'mapping.removed', file: 'b.yaml', mappings: 2 }]);
  });

  it('can turn its mapping off and on', async () => {
    const { gateway, save, becomes } = await gatewayOver({ 'a.yaml': mapping('A', 'enabled: false\n') });
    expect(await namesOfNewEvent(gateway)).toEqual([]);
    await becomes({ 'a.yaml': ['A', 'disabled'] });
    await save('a.yaml', mapping('A'));
    await becomes({ 'a.yaml': ['A', 'live'] });
    expect(await namesOfNewEvent(gateway)).toEqual(['A']);
  });
});

describe('a mapping file that is broken', () => {
  const wrong = mapping('Two').replace('=data.object.customer', '=$frist(id)');

  it.each<[string, string, (path: string) => Promise<unknown>]>([
    ['cut in the middle', 'mapping/', (path) => truncate(path, 30)],
    ['no YAML', 'yaml/', (path) => writeFile(path, 'version: 1\nname: [\n')],
    ['nested too deep', 'yaml/too-deep', (path) => writeFile(path, `a: ${'['.repeat(5_000)}`)],
    ['a wrong expression', 'expr/', (path) => writeFile(path, wrong)],
    ['too large', 'yaml/too-large', (path) => writeFile(path, `${mapping('Two')}# ${'x'.repeat(300_000)}`)],
    [
      'against its own test',
      'mapping/test-failed',
      (path) => writeFile(path, mapping('Two', testsOf(fixture, 'Three'))),
    ],
    [
      'a link',
      'mapping/unreadable',
      async (path) => {
        await writeFile(`${path}.elsewhere`, mapping('Two'));
        await unlink(path);
        await symlink(`${path}.elsewhere`, path);
      },
    ],
  ])(
    'leaves its last good version in force, is named, and is forgiven once it is good: %s',
    async (_what, code, spoil) => {
      const { gateway, path, save, becomes, item, logged } = await gatewayOver({
        'a.yaml': mapping('One'),
        'b.yaml': mapping('B'),
      });
      await spoil(path('a.yaml'));
      await becomes({ 'a.yaml': ['One', 'refused'], 'b.yaml': ['B', 'live'] });
      expect(await namesOfNewEvent(gateway)).toEqual(['One', 'B']);
      const problems = (await item('a.yaml'))?.problems ?? [];
      expect(problems.map((problem) => problem.code)).toContainEqual(expect.stringContaining(code));
      const [first] = problems;
      const at = `${path('a.yaml')}:${first?.line}:${first?.column}`;
      expect(logged('mapping.refused')).toMatchObject([{ file: 'a.yaml', at, code: first?.code }]);
      expect(logged('config.problem')[0]).toMatchObject({ at, code: first?.code });
      expect(await readiness(gateway)).toMatchObject({ status: 'ready', mappings: 'degraded' });

      await unlink(path('a.yaml'));
      await save('a.yaml', mapping('Three'));
      await becomes({ 'a.yaml': ['Three', 'live'], 'b.yaml': ['B', 'live'] });
      expect((await item('a.yaml'))?.problems).toEqual([]);
      expect(await namesOfNewEvent(gateway)).toEqual(['Three', 'B']);
      expect(await readiness(gateway)).toMatchObject({ status: 'ready', mappings: 'ok' });
    },
  );

  it('from the start keeps no other from serving, and serves once it is good', async () => {
    const { gateway, save, becomes } = await gatewayOver({ 'a.yaml': wrong, 'b.yaml': mapping('B') });
    await becomes({ 'a.yaml': [null, 'refused'], 'b.yaml': ['B', 'live'] });
    expect(await namesOfNewEvent(gateway)).toEqual(['B']);
    await save('a.yaml', mapping('A'));
    await becomes({ 'a.yaml': ['A', 'live'], 'b.yaml': ['B', 'live'] });
    expect(await namesOfNewEvent(gateway)).toEqual(['A', 'B']);
  });

  it('is shown with its failing tests', async () => {
    const { item } = await gatewayOver({ 'a.yaml': mapping('A', testsOf(fixture, 'B')) });
    expect(await item('a.yaml')).toMatchObject({
      status: 'refused',
      problems: [{ code: 'mapping/test-failed' }],
      failing_tests: [{ name: 'it is named', failures: [expect.stringContaining('name')] }],
    });
  });

  it('for want of a fixture serves as soon as the fixture is there', async () => {
    const { folder, save, becomes, item } = await gatewayOver({
      'a.yaml': mapping('A', testsOf('fixtures/later.json', 'A')),
    });
    await becomes({ 'a.yaml': [null, 'refused'] });
    expect((await item('a.yaml'))?.problems).toMatchObject([{ code: 'mapping/unknown-fixture', line: 11, column: 12 }]);
    await mkdir(join(folder, 'fixtures'));
    await save('fixtures/later.json', fixture);
    await becomes({ 'a.yaml': ['A', 'live'] });
  });

  it('ends with its file', async () => {
    const { gateway, save, path, becomes } = await gatewayOver({ 'a.yaml': mapping('A') });
    await save('a.yaml', wrong);
    await becomes({ 'a.yaml': ['A', 'refused'] });
    await rm(path('a.yaml'));
    await becomes({});
    expect(await namesOfNewEvent(gateway)).toEqual([]);
    expect(await readiness(gateway)).toMatchObject({ mappings: 'ok' });
  });
});

describe('what a reload does not touch', () => {
  it('is gateway.yaml: that it needs a restart is said once', async () => {
    const { gateway, save, becomesGatewayFile, logged } = await gatewayOver({ 'gateway.yaml': gatewayText });
    await save('gateway.yaml', `${gatewayText}vars: { site: example.com }\n`);
    await becomesGatewayFile({ status: 'changed', problems: [] });
    expect(await readiness(gateway)).toEqual({
      status: 'ready',
      store: 'ok',
      mappings: 'ok',
      gateway_file: 'changed',
    });
    await save('gateway.yaml', `${gatewayText}vars: { site: example.org }\n`);
    await save('a.yaml', mapping('A'));
    await eventually(async () => expect(logged('mapping.loaded')).toHaveLength(1));
    expect(logged('config.warning')).toMatchObject([{ code: 'config/changed', hint: 'restart to apply it' }]);
  });

  it('is gateway.yaml: each time it breaks that is told in the log, the API and /readyz, until it is as it was', async () => {
    const { gateway, save, path, becomesGatewayFile, logged } = await gatewayOver({ 'gateway.yaml': gatewayText });
    const misspelt = gatewayText.replace('destinations:', 'destination:');
    await save('gateway.yaml', `# a comment changes nothing\n${gatewayText}`);
    await save('gateway.yaml', misspelt);
    await becomesGatewayFile({ status: 'refused', problems: [{ code: 'config/unknown-key', line: 3, column: 1 }] });
    expect(logged('config.problem')).toMatchObject([{ code: 'config/unknown-key', at: `${path('gateway.yaml')}:3:1` }]);
    expect(logged('config.warning')).toMatchObject([
      { code: 'config/changed', hint: expect.stringContaining('before you restart') },
    ]);
    expect(await readiness(gateway)).toMatchObject({ status: 'ready', gateway_file: 'refused' });
    expect(await gateway.get('/readyz')).toMatchObject({
      problems: [{ file: path('gateway.yaml'), line: 3, column: 1, code: 'config/unknown-key' }],
    });

    await save('gateway.yaml', gatewayText.replace('type: console', 'type: consle'));
    await becomesGatewayFile({ status: 'refused', problems: [{ code: 'config/unknown-type' }] });
    await save('gateway.yaml', gatewayText);
    await becomesGatewayFile({ status: 'ok', problems: [] });
    await save('gateway.yaml', misspelt);
    await becomesGatewayFile({ status: 'refused' });
    expect(logged('config.warning')).toHaveLength(3);
    expect(await namesOfNewEvent(gateway)).toEqual([]);
  });

  it('is gateway.yaml: one that is gone leaves the built-in one to a restart', async () => {
    const { path, becomesGatewayFile } = await gatewayOver({ 'gateway.yaml': gatewayText });
    await rm(path('gateway.yaml'));
    await becomesGatewayFile({ status: 'changed' });
  });

  it('is what is in force when the folder goes away; it is told once', async () => {
    const { folder, gateway, becomes, logged } = await gatewayOver({ 'a.yaml': mapping('A') });
    await rename(folder, `${folder}-away`);
    await eventually(async () =>
      expect(logged('config.problem')).toMatchObject([{ code: 'mapping/folder-unreadable' }]),
    );
    await becomes({ 'a.yaml': ['A', 'live'] });
    expect(await namesOfNewEvent(gateway)).toEqual(['A']);
    await rename(`${folder}-away`, folder);
    await writeFile(join(folder, 'a.yaml'), mapping('B'));
    await becomes({ 'a.yaml': ['B', 'live'] });
    expect(logged('config.problem')).toHaveLength(1);
  });
});

const readiness = async ({ url }: TestGateway): Promise<unknown> => (await fetch(`${url}/readyz`)).json();
