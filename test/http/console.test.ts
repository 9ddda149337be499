import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testAdmin } from '../support/admin.ts';
import { request } from '../support/http-client.ts';
import { testReceiver } from '../support/receiver.ts';

const page = `<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><script type="module" src="/assets/main-1a2b.js"></script>`;
const script = `console.log(${JSON.stringify('built '.repeat(200))});`;
const asBrowser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** A folder as `npm run build:console` leaves it. */
async function build(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hookstitch-console-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'assets'));
  const all = { 'index.html': page, 'assets/main-1a2b.js': script, 'icon.svg': '<svg/>', 'notes.md': 'no', ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
  return folder;
}

async function served(consoleFolder: string) {
  const { url } = await testAdmin(await testReceiver(), { consoleFolder });
  return {
    open: (path: string) => request(`${url}${path}`, { headers: asBrowser }),
    load: (path: string, headers = {}) => request(`${url}${path}`, { headers: { accept: '*/*', ...headers } }),
    url,
  };
}

describe('the page of the console', () => {
  it.each([
    '/',
    '/events',
    '/events/evt_1?tab=deliveries',
    '/setup?token=abc',
    '/people/ada@example.com',
    '/no/such/view',
  ])('is what a browser gets that opens %s, without any token', async (path) => {
    const { open } = await served(await build());
    expect(await open(path)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', vary: 'Accept' },
      text: expect.stringContaining('/assets/main-1a2b.js'),
    });
  });

  it.each(['/api', '/api/', '/api/stats', '/API/stats', '/metrics', '/readyz'])('is not %s', async (path) => {
    const { open } = await served(await build());
    expect(await open(path)).toMatchObject({ status: 401, headers: { 'content-type': /json/ } });
  });

  it('is not what is written to, and not what a program asks for', async () => {
    const { url, load } = await served(await build());
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await request(`${url}/events`, { method, headers: asBrowser })).status).toBe(401);
    }
    expect((await load('/')).status).toBe(401);
  });

  it('bears a nonce of its own each time, and the policy allows styles with it and scripts of its own origin', async () => {
    const { open } = await served(await build());
    const answers = [await open('/'), await open('/')];
    const nonces = answers.map(({ text }) => /content="([^"]+)"/.exec(text)?.[1]);
    expect(new Set(nonces).size).toBe(2);
    expect(nonces[0]).toMatch(/^[\w+/]{22}==$/);
    const policies = answers.map(({ headers }) => String(headers['content-security-policy']));
    expect(policies[0]?.split('; ')).toEqual([
      "default-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonces[0]}'`,
      "connect-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "manifest-src 'self'",
    ]);
    expect(policies.join()).not.toContain('unsafe');
  });

  it('without a build says which command makes one, and is there when it is made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hookstitch-console-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { open, load } = await served(folder);
    expect(await open('/')).toMatchObject({ status: 200, text: expect.stringContaining('npm run build:console') });
    expect((await load('/assets/main-1a2b.js')).status).toBe(401);
    await writeFile(join(folder, 'index.html'), page);
    expect((await open('/')).text).toContain('/assets/main-1a2b.js');
  });

  it('is the newest one after another build', async () => {
    const folder = await build();
    const { open, load } = await served(folder);
    await open('/');
    await writeFile(join(folder, 'assets/main-3c4d.js'), 'newer();');
    await writeFile(join(folder, 'index.html'), page.replace('1a2b', '3c4d'));
    await utimes(join(folder, 'index.html'), 1_900_000_000, 1_900_000_000);
    expect((await open('/')).text).toContain('/assets/main-3c4d.js');
    expect((await load('/assets/main-3c4d.js')).text).toBe('newer();');
  });
});

describe('a file of the console', () => {
  it('is kept for ever under a name that changes with it, and asked for again under one that does not', async () => {
    const { load } = await served(await build());
    expect(await load('/assets/main-1a2b.js')).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
      },
      text: script,
    });
    expect(await load('/icon.svg')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/svg+xml', 'cache-control': 'no-cache' },
    });
  });

  it('is not sent again to who has it', async () => {
    const { load } = await served(await build());
    const { etag } = (await load('/icon.svg')).headers;
    expect(await load('/icon.svg', { 'if-none-match': String(etag) })).toMatchObject({ status: 304, text: '' });
  });

  it('comes packed to who can unpack it', async () => {
    const { url, load } = await served(await build());
    const headers = { 'accept-encoding': 'gzip, br' };
    expect(await load('/assets/main-1a2b.js', headers)).toMatchObject({
      headers: { 'content-encoding': 'gzip', vary: 'Accept-Encoding' },
    });
    const packed = await fetch(`${url}/assets/main-1a2b.js`, { headers });
    expect(await packed.text()).toBe(script);
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(script.length / 2);
    expect((await load('/assets/main-1a2b.js')).headers['content-encoding']).toBeUndefined();
  });

  it.each([
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/notes.md',
    '/assets',
    '/assets/none.js',
    '/index.html',
    '/%00.js',
    '/assets\\main-1a2b.js',
  ])('is not %s', async (path) => {
    const { load } = await served(await build());
    expect((await load(path)).status).toBe(401);
  });
});

describe('every answer of the admin port', () => {
  it.each(['/', '/icon.svg', '/api/stats', '/nothing'])(
    'forbids a browser what it has no need of: %s',
    async (path) => {
      const { open } = await served(await build());
      const { headers } = await open(path);
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers['strict-transport-security']).toBeUndefined();
    },
  );
});
