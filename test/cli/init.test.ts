import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createAsker } from '../../src/cli/ask.ts';
import { initWith } from '../../src/cli/commands/init.ts';
import { environmentFrom } from '../../src/config/environment.ts';
import { hookstitch } from '../support/hookstitch-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const flags = ['--source', 'stripe', '--destination', 'usermaven,console'];

describe('hookstitch init', () => {
  it('writes a folder that is valid and tested, and tells what to do at the sender', async () => {
    const cwd = await temporaryFolder();

    const { code, stdout } = await hookstitch(['init', ...flags, '--yes'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toContain('wrote    mappings/gateway.yaml\nwrote    mappings/stripe-invoice-paid.yaml\n');
    expect(stdout).toContain('3. Enter <PUBLIC_URL>/in/stripe as the endpoint URL.');
    expect(stdout).toContain('stripe listen --forward-to localhost:8080/in/stripe');
    expect(stdout).toContain('still empty: STRIPE_WEBHOOK_SECRET, USERMAVEN_API_KEY, USERMAVEN_SERVER_TOKEN\n');
    expect((await stat(join(cwd, '.env'))).mode & 0o777).toBe(0o600);
    expect(await hookstitch(['validate'], { cwd })).toMatchObject({ code: 0 });
    expect(await hookstitch(['test'], { cwd })).toMatchObject({ code: 0 });
  });

  it('says that a request of type http is there to be changed, and the tests with it', async () => {
    const cwd = await temporaryFolder();
    const { code, stdout } = await hookstitch(['init', '--source', 'github', '--destination', 'http', '--yes'], {
      cwd,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}edit mappings\/gateway\.yaml +the request of http; then what the tests/m);
  });

  it('does so for any sender there is: Paddle to Umami, with the address to enter and what to do there', async () => {
    const cwd = await temporaryFolder();

    const { code, stdout } = await hookstitch(['init', '--source', 'paddle', '--destination', 'umami', '--yes'], {
      cwd,
      environment: { PUBLIC_URL: 'https://hooks.example.com' },
    });

    expect(code).toBe(0);
    expect(stdout).toContain('wrote    mappings/paddle-payment-succeeded.yaml\n');
    expect(stdout).toContain('wrote    mappings/fixtures/paddle.transaction.completed.json\n');
    expect(stdout).toContain('type URL, enter https://hooks.example.com/in/paddle.');
    expect(stdout).toContain('hookstitch send paddle.transaction.completed');
    expect(await readFile(join(cwd, '.env'), 'utf8')).toContain('\nPADDLE_WEBHOOK_SECRET=\n');
    expect(await hookstitch(['validate'], { cwd })).toMatchObject({ code: 0 });
    const tested = await hookstitch(['test'], { cwd });
    expect(tested).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n[1-9]\d* passed, 0 failed/) });
  });

  it('writes where --dir says', async () => {
    const cwd = await temporaryFolder();

    const { code, stdout } = await hookstitch(['init', ...flags, '--dir', 'my/gateway'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toContain('  cd my/gateway\n');
    expect(await readFile(join(cwd, 'my/gateway/mappings/gateway.yaml'), 'utf8')).toContain('type: stripe');
  });

  it.each([
    { args: ['--yes'], says: 'say which: hookstitch init --source <one of hookstitch sources> --destination' },
    { args: ['--source', 'stripe'], says: 'say which' },
    {
      args: ['--source', 'strip', '--destination', 'usermaven'],
      says: 'no source called "strip"; did you mean stripe?',
    },
    {
      args: ['--source', 'stripe', '--destination', 'usermaven,x'],
      says: 'no destination called "x"; there are: usermaven',
    },
  ])('exits 2 and writes nothing with $args', async ({ args, says }) => {
    const cwd = await temporaryFolder();

    const { code, stderr } = await hookstitch(['init', ...args], { cwd });

    expect(stderr).toContain(says);
    expect(code).toBe(2);
    await expect(stat(join(cwd, 'mappings'))).rejects.toThrow('ENOENT');
  });

  it('overwrites nothing without being told to, and writes nothing beside it', async () => {
    const cwd = await temporaryFolder({ 'mappings/gateway.yaml': 'version: 1 # mine\n' });

    const refused = await hookstitch(['init', ...flags, '--yes'], { cwd });

    expect(refused).toMatchObject({ code: 1, stdout: 'exists   mappings/gateway.yaml\n' });
    expect(refused.stderr).toContain('nothing was written');
    expect(await readFile(join(cwd, 'mappings/gateway.yaml'), 'utf8')).toBe('version: 1 # mine\n');
    await expect(stat(join(cwd, '.env'))).rejects.toThrow('ENOENT');

    expect(await hookstitch(['init', ...flags, '--force'], { cwd })).toMatchObject({ code: 0 });
    expect(await readFile(join(cwd, 'mappings/gateway.yaml'), 'utf8')).toContain('type: stripe');
  });

  it('changes nothing when it has been run before', async () => {
    const cwd = await temporaryFolder();
    await hookstitch(['init', ...flags], { cwd });

    const { code, stdout } = await hookstitch(['init', ...flags], { cwd });

    expect(code).toBe(0);
    expect(stdout).toContain('has      mappings/gateway.yaml\n');
    expect(stdout).not.toContain('wrote');
  });

  it('adds to a .env what it does not have, even with --force, and takes nothing out', async () => {
    const cwd = await temporaryFolder({ '.env': 'STRIPE_WEBHOOK_SECRET=whsec_of_mine\nOTHER=1\n' });

    const { stdout } = await hookstitch(['init', ...flags, '--force'], { cwd });

    expect(stdout).toContain('added to .env');
    const text = await readFile(join(cwd, '.env'), 'utf8');
    expect(text.startsWith('STRIPE_WEBHOOK_SECRET=whsec_of_mine\nOTHER=1\n')).toBe(true);
    expect(parseEnv(text)).toMatchObject({ STRIPE_WEBHOOK_SECRET: 'whsec_of_mine', USERMAVEN_API_KEY: '' });
  });
});

/** A person at a terminal, who answers what is asked. */
function person(answers: readonly (readonly [question: RegExp, answer: string])[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const open = [...answers];
  let screen = '';
  let seen = 0;
  output.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    const [question, answer] = open[0] ?? [];
    if (question === undefined || !question.test(screen.slice(seen))) return;
    open.shift();
    seen = screen.length;
    input.write(`${answer}\n`);
  });
  return { asker: createAsker(input, output), screen: () => screen, unasked: open };
}

describe('what is set already', () => {
  const publicUrl = 'https://hooks.example.com';

  it('is used by init without a terminal, which prints the URL to paste and keeps it', async () => {
    const cwd = await temporaryFolder();
    const environment = { PUBLIC_URL: `${publicUrl}/`, STRIPE_WEBHOOK_SECRET: 'whsec_of_mine', USERMAVEN_API_KEY: 'a' };

    const { stdout } = await hookstitch(['init', ...flags, '--yes'], { cwd, environment });

    expect(stdout).toContain('3. Enter https://hooks.example.com/in/stripe as the endpoint URL.');
    expect(stdout).toContain('still empty: USERMAVEN_SERVER_TOKEN\n');
    const kept = await readFile(join(cwd, '.env'), 'utf8');
    expect(parseEnv(kept)).toMatchObject({ PUBLIC_URL: `${publicUrl}/`, STRIPE_WEBHOOK_SECRET: '' });
  });

  it('may be in the .env of the folder', async () => {
    const cwd = await temporaryFolder({
      'there/.env': `PUBLIC_URL=${publicUrl}\nSTRIPE_WEBHOOK_SECRET=whsec_of_mine\n`,
    });

    const { stdout } = await hookstitch(['init', ...flags, '--yes', '--dir', 'there'], { cwd });

    expect(stdout).toContain('3. Enter https://hooks.example.com/in/stripe as the endpoint URL.');
    expect(stdout).toContain('still empty: USERMAVEN_API_KEY, USERMAVEN_SERVER_TOKEN\n');
  });

  it('is not asked for again', async () => {
    const folder = await temporaryFolder();
    const { asker, unasked } = person([[/USERMAVEN_SERVER_TOKEN/, 'token']]);
    const set = environmentFrom({ PUBLIC_URL: publicUrl, STRIPE_WEBHOOK_SECRET: 's', USERMAVEN_API_KEY: 'k' });

    const code = await initWith({ dir: folder, source: 'stripe', destination: 'usermaven' }, asker, set);
    asker.close();

    expect([code, unasked]).toEqual([0, []]);
  });
});

describe('hookstitch init on a terminal', () => {
  it('asks who and where, and for the secrets without showing them', async () => {
    const folder = await temporaryFolder();
    const { asker, screen, unasked } = person([
      [/Who sends to you\? .* \[stripe\] $/, 'callrail'],
      [/Where do the events go\? .* \[usermaven\] $/, ''],
      [/CALLRAIL_SIGNING_KEY \(empty: later\) $/, 'key of callrail'],
      [/USERMAVEN_API_KEY/, 'UMkey'],
      [/USERMAVEN_SERVER_TOKEN/, ''],
      [/PUBLIC_URL/, 'https://hooks.example.com/'],
    ]);

    const code = await initWith({ dir: folder }, asker, environmentFrom({}));
    asker.close();

    expect(code).toBe(0);
    expect(unasked).toEqual([]);
    expect(screen()).not.toContain('key of callrail');
    expect(parseEnv(await readFile(join(folder, '.env'), 'utf8'))).toEqual({
      CALLRAIL_SIGNING_KEY: 'key of callrail',
      USERMAVEN_API_KEY: 'UMkey',
      USERMAVEN_SERVER_TOKEN: '',
      PUBLIC_URL: 'https://hooks.example.com/',
    });
    expect(await readFile(join(folder, 'mappings/callrail-call-completed.yaml'), 'utf8')).toContain('usermaven: {}');
  });

  it('asks before it overwrites, file by file', async () => {
    const folder = await temporaryFolder({ 'mappings/gateway.yaml': '# mine\n' });
    const mapping = join(folder, 'mappings/stripe-invoice-paid.yaml');
    await writeFile(mapping, '# mine, too\n');
    const { asker, unasked } = person([
      [/STRIPE_WEBHOOK_SECRET/, ''],
      [/UMAMI_URL/, ''],
      [/UMAMI_WEBSITE_ID/, ''],
      [/PUBLIC_URL/, ''],
      [/gateway\.yaml is there already and differs\. Overwrite it\? \[y\/N\] $/, ''],
      [/stripe-invoice-paid\.yaml is there already/, 'y'],
    ]);

    const code = await initWith({ dir: folder, source: 'stripe', destination: 'umami' }, asker, environmentFrom({}));
    asker.close();

    expect(code).toBe(0);
    expect(unasked).toEqual([]);
    expect(await readFile(join(folder, 'mappings/gateway.yaml'), 'utf8')).toBe('# mine\n');
    expect(await readFile(mapping, 'utf8')).toContain('source: stripe');
  });
});
