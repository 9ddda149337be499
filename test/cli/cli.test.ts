import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspace, settled } from '../support/gateway-process.ts';
import { startHookstitch } from '../support/hookstitch-process.ts';
import { postStripe, stripeBody, stripeSecret } from '../support/stripe-sender.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookstitch-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

async function hookstitch(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const own = { MAPPINGS_DIR: folder, DATA_DIR: join(folder, 'data') };
  const running = startHookstitch(args, { cwd: folder, environment: { ...own, ...environment } });
  const { code, stdout, stderr } = await running.ended;
  return { code, output: stdout + stderr };
}

const mapping = (name: string): string => `version: 1
name: check
source: stripe
event:
  name: =${name}
  user: { id: =id }
destinations: [segment]
tests:
  - name: an event has its name
    given: { id: evt_1, object: event, type: a.b, created: 1795219200 }
    expect: { segment: { event: a.b } }
`;

describe('hookstitch validate', () => {
  it('exits 0 when every file is good and says what is switched off', async () => {
    await writeFile(join(folder, 'good.yaml'), mapping('type'));

    const { code, output } = await hookstitch(['validate']);

    expect(output).toContain('1 file ok');
    expect(output).toContain('SEGMENT_WRITE_KEY is not set');
    expect(code).toBe(0);
  });

  it('exits 1 and tells file, line, column and what to write instead', async () => {
    await writeFile(join(folder, 'bad.yaml'), mapping('$firstof(type)'));

    const { code, output } = await hookstitch(['validate']);

    expect(output).toContain('bad.yaml:5:10');
    expect(output).toContain('did you mean $firstOf?');
    expect(code).toBe(1);
  });

  it('speaks JSON when asked', async () => {
    await writeFile(join(folder, 'bad.yaml'), mapping('$firstof(type)'));

    const { output } = await hookstitch(['validate', '--json']);

    expect(JSON.parse(output)).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([expect.objectContaining({ code: 'expr/unknown-name' })]),
    });
  });
});

describe('hookstitch test', () => {
  it("runs the mappings' tests without any secret and exits by their result", async () => {
    await writeFile(join(folder, 'good.yaml'), mapping('type'));
    expect(await hookstitch(['test'])).toMatchObject({
      code: 0,
      output: expect.stringContaining('1 passed, 0 failed'),
    });

    await writeFile(join(folder, 'good.yaml'), mapping('id'));
    const { code, output } = await hookstitch(['test']);
    expect(output).toMatch(/ {6}segment\.event\n {8}expected "a\.b" .*\n {8}received "evt_1" +event\.name {2}← =id/);
    expect(code).toBe(1);
  });
});

describe('hookstitch', () => {
  it('exits 2 on wrong use and shows its help on request', async () => {
    expect(await hookstitch(['sing'])).toMatchObject({ code: 2 });
    const help = await hookstitch(['--help']);
    expect(help.code).toBe(0);
    for (const verb of ['serve', 'demo', 'validate', 'test', 'send', 'health']) expect(help.output).toContain(verb);
  });

  it.each([
    { args: ['schema', 'mapping'], closed: 'stdout' as const },
    { args: ['schema', 'maping'], closed: 'stderr' as const },
  ])('ends without a word when nobody reads $closed any more', async ({ args, closed }) => {
    const running = startHookstitch(args, { cwd: folder });
    running.close(closed);

    expect(await running.ended).toEqual({ code: 141, stdout: '', stderr: '' });
  });

  it('prints the schema of a file, and knows no other', async () => {
    const { code, output } = await hookstitch(['schema', 'mapping']);
    expect(JSON.parse(output)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
    expect(code).toBe(0);
    expect(await hookstitch(['schema', 'maping'])).toMatchObject({ code: 2 });
  });

  it('refuses to start with a short ADMIN_TOKEN, naming it', async () => {
    const { code, output } = await hookstitch(['serve'], { ADMIN_TOKEN: 'short' });

    expect(output).toContain('ADMIN_TOKEN: must have at least 32 characters');
    expect(code).toBe(2);
  });

  it('refuses to start with a broken gateway.yaml, at its line and column', async () => {
    await writeFile(join(folder, 'gateway.yaml'), 'version: 1\nsources:\n  stripe: { type: strip }\n');

    const { code, output } = await hookstitch(['serve']);

    expect(output).toContain('gateway.yaml:3:19');
    expect(output).toContain('did you mean stripe?');
    expect(code).toBe(2);
  });

  it('says which port is in use', async () => {
    const workspace = await createWorkspace({ gateway: 'version: 1\n', mappings: {} });
    const gateway = await workspace.start();

    const { code, output } = await hookstitch(['serve'], { HOST: '127.0.0.1', PORT: new URL(workspace.url).port });
    await gateway.end('SIGTERM');
    await workspace.remove();

    expect(output).toContain('is already in use');
    expect(code).toBe(2);
  });

  it('refuses a second gateway on the same data folder', async () => {
    const workspace = await createWorkspace({ gateway: 'version: 1\n', mappings: {} });
    const gateway = await workspace.start();

    const { code, output } = await hookstitch(['serve'], {
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: join(workspace.folder, 'data'),
    });
    await gateway.end('SIGTERM');
    await workspace.remove();

    expect(output).toContain('another gateway is using this data directory');
    expect(code).toBe(1);
  });
});

describe('a running gateway', () => {
  const gatewayText = `version: 1
sources: { stripe: { type: stripe, secret: ${stripeSecret} } }
destinations: { segment: { type: console } }
`;

  it('is healthy while it runs, takes a sample, and ends with 0 on SIGTERM', async () => {
    const workspace = await createWorkspace({
      gateway: gatewayText,
      mappings: { 'check.yaml': mapping('type').split('tests:')[0] ?? '' },
    });
    const gateway = await workspace.start();
    const environment = { MAPPINGS_DIR: workspace.folder, HOST: '127.0.0.1', PORT: new URL(workspace.url).port };

    expect(await hookstitch(['health'], environment)).toMatchObject({ code: 0 });
    const sent = await hookstitch(['send', 'stripe.invoice.paid', '--url', workspace.url], environment);
    expect(sent).toMatchObject({ code: 0, output: expect.stringContaining('200 {"accepted":1,"duplicates":0}') });
    await settled(workspace, 10_000);

    expect(await gateway.end('SIGTERM')).toBe(0);
    expect(await hookstitch(['health'], environment)).toMatchObject({ code: 1 });
    await workspace.remove();
  });

  it('writes one line for each attempt and nothing of the payload', async () => {
    const workspace = await createWorkspace({
      gateway: gatewayText,
      mappings: { 'check.yaml': mapping('type').split('tests:')[0] ?? '' },
    });
    const gateway = await workspace.start();
    await postStripe(workspace.url, stripeBody('evt_canary_1', 'canary.type'));
    await settled(workspace, 10_000);
    await gateway.end('SIGTERM');
    await workspace.remove();

    const lines = gateway
      .log()
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{"level"'))
      .map((line) => JSON.parse(line) as { event: string });
    expect(lines.filter(({ event }) => event === 'delivery.attempted')).toEqual([
      expect.objectContaining({ destination: 'segment', attempt: 1, outcome: 'delivered', next: 'delivered' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('cus_evt_canary_1');
    expect(JSON.stringify(lines)).not.toContain(stripeSecret);
  });

  it('knows no sample of that name and lists those it knows', async () => {
    const { code, output } = await hookstitch(['send', 'stripe.invoice.payd'], { STRIPE_WEBHOOK_SECRET: stripeSecret });

    expect(output).toContain('stripe.invoice.paid');
    expect(code).toBe(2);
  });
});
