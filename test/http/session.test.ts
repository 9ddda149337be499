import { describe, expect, it } from 'vitest';
import { Doorkeeper } from '../../src/http/access/doorkeeper.ts';
import { Passwords } from '../../src/http/access/password.ts';
import type { AdminDependencies } from '../../src/http/admin-app.ts';
import type { LogEvent } from '../../src/log.ts';
import { addMs } from '../../src/model/clock.ts';
import { now } from '../sources/raw-request.ts';
import { type TestAdmin, testAdmin, token } from '../support/admin.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { type Logged, testGateway } from '../support/gateway.ts';
import { request } from '../support/http-client.ts';
import { type TestReceiver, testReceiver } from '../support/receiver.ts';

const password = 'correct horse battery';
const hourMs = 3_600_000;
const minuteMs = 60_000;

interface Console extends TestAdmin {
  readonly receiver: TestReceiver;
  readonly logged: readonly { readonly event: LogEvent; readonly fields: unknown }[];
  /** A browser that has not been here yet. */
  visitor(): ConsoleVisitor;
  pass(ms: number): void;
  /** What a setup link holds. */
  link(): Promise<string>;
}

async function openConsole(parts: Partial<AdminDependencies> = {}, receiver?: TestReceiver): Promise<Console> {
  let time = now;
  const clock = { now: () => time };
  const logged: { event: LogEvent; fields: unknown }[] = [];
  const over = receiver ?? (await testReceiver({ clock }));
  const log: AdminDependencies['log'] = { write: (event, fields) => logged.push({ event, fields }) };
  const admin = await testAdmin(over, { clock, log, ...parts });
  return {
    ...admin,
    receiver: over,
    logged,
    visitor: () => new ConsoleVisitor(admin),
    pass: (ms) => (time = addMs(time, ms)),
    link: async () => {
      const headers = { authorization: `Bearer ${token}` };
      const { status, text } = await request(`${admin.url}/api/setup-links`, { method: 'POST', headers });
      expect(status).toBe(200);
      return new URL(JSON.parse(text).url).searchParams.get('token') ?? '';
    },
  };
}

/** A console with a password, and a browser that is logged in. */
async function loggedIn(parts: Partial<AdminDependencies> = {}) {
  const console = await openConsole(parts);
  const visitor = console.visitor();
  expect((await visitor.setUp(await console.link(), password)).status).toBe(200);
  return { ...console, visitor, another: console.visitor };
}

const refused = (status: number, code: string) => ({
  status,
  text: expect.stringContaining(`{"error":{"code":"${code}"`),
});

describe('a console without a password', () => {
  it('says that it needs one, and lets nobody in', async () => {
    const { visitor } = await openConsole();
    const browser = visitor();
    expect(await browser.get('/api/session')).toMatchObject({ status: 200, text: '{"status":"setup_needed"}' });
    expect(await browser.logIn('')).toMatchObject(refused(409, 'setup_needed'));
    expect(await browser.logIn(password)).toMatchObject(refused(409, 'setup_needed'));
    expect(await browser.get('/api/stats')).toMatchObject(refused(401, 'unauthorized'));
  });

  it('gets it by a setup link, whose holder is in at once', async () => {
    const { visitor, link, logged } = await openConsole();
    const browser = visitor();
    const answer = await browser.setUp(await link(), password);
    expect(answer).toMatchObject({ status: 200 });
    expect(JSON.parse(answer.text)).toEqual({
      status: 'open',
      by: 'password',
      user: 'admin',
      expires_at: addMs(now, 7 * 24 * hourMs).toISOString(),
      idle_expires_at: addMs(now, 12 * hourMs).toISOString(),
    });
    expect((await browser.get('/api/stats')).status).toBe(200);
    expect(logged).toEqual([{ event: 'password.set', fields: {} }]);
  });

  it.each([
    ['eleven char', 'must have at least 12 characters'],
    ['x'.repeat(1_001), 'must have at most 1000 characters'],
  ])('takes no password like %s', async (weak, why) => {
    const { visitor, link } = await openConsole();
    const browser = visitor();
    const secret = await link();
    expect(await browser.setUp(secret, weak)).toMatchObject({ status: 400, text: expect.stringContaining(why) });
    expect((await browser.setUp(secret, password)).status).toBe(200);
  });
});

describe('a setup link', () => {
  it('sets a password once', async () => {
    const { visitor, link } = await openConsole();
    const secret = await link();
    await visitor().setUp(secret, password);
    expect(await visitor().setUp(secret, 'another password')).toMatchObject(refused(401, 'setup_link_refused'));
    expect((await visitor().logIn(password)).status).toBe(200);
  });

  it('sets one password when two use it at once', async () => {
    const { visitor, link } = await openConsole();
    const secret = await link();
    const answers = await Promise.all([visitor().setUp(secret, password), visitor().setUp(secret, 'another password')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401]);
  });

  it('is good for an hour', async () => {
    const { visitor, link, pass } = await openConsole();
    const [first, second] = [await link(), await link()];
    pass(hourMs - 1);
    expect((await visitor().setUp(first, password)).status).toBe(200);
    expect(await visitor().setUp(second, password)).toMatchObject(refused(401, 'setup_link_refused'));

    const third = await link();
    pass(hourMs);
    expect(await visitor().setUp(third, 'another password')).toMatchObject(refused(401, 'setup_link_refused'));
  });

  it.each(['', 'made-up', 'x'.repeat(200)])('is not "%s"', async (secret) => {
    const { visitor } = await openConsole();
    expect(await visitor().setUp(secret, password)).toMatchObject(refused(401, 'setup_link_refused'));
  });

  it('resets a password that was forgotten, and ends every session', async () => {
    const { visitor, another, link } = await loggedIn();
    expect((await another().setUp(await link(), 'another password')).status).toBe(200);
    expect(await visitor.get('/api/stats')).toMatchObject(refused(401, 'session_ended'));
    expect(await another().logIn(password)).toMatchObject(refused(401, 'password_refused'));
    expect((await another().logIn('another password')).status).toBe(200);
  });

  it('is made by whoever has the token, and by nobody with a session', async () => {
    const { visitor } = await loggedIn();
    expect(await visitor.send('POST', '/api/setup-links')).toMatchObject(refused(401, 'unauthorized'));
  });

  it('works at every replica', async () => {
    const { receiver, link } = await openConsole();
    const other = await openConsole({}, receiver);
    const browser = other.visitor();
    expect((await browser.setUp(await link(), password)).status).toBe(200);
  });
});

describe('logging in', () => {
  it('gives a cookie that scripts of a page cannot read and that other sites do not send', async () => {
    const { another } = await loggedIn();
    const [set] = (await another().logIn(password)).headers['set-cookie'] ?? [];
    expect(set).toMatch(/^hookstitch_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  it('gives one for TLS alone to who has come by TLS', async () => {
    const { another } = await loggedIn();
    const host = new URL((await loggedIn()).url).host;
    const [set] = (await another().logIn(password, { host, origin: `https://${host}` })).headers['set-cookie'] ?? [];
    expect(set).toMatch(/; Secure/);
  });

  it('with a wrong password lets nobody in and tells nothing', async () => {
    const { another, logged } = await loggedIn();
    const browser = another();
    for (const wrong of ['', 'wrong', password.toUpperCase(), `${password} `, password.slice(0, -1)]) {
      const answer = await browser.logIn(wrong);
      expect(answer).toMatchObject({
        status: 401,
        text: '{"error":{"code":"password_refused","message":"this is not the password"}}',
      });
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(JSON.stringify(logged)).not.toContain('wrong');
  });

  it('takes the same characters however a keyboard composes them', async () => {
    const { visitor, link } = await openConsole();
    await visitor().setUp(await link(), 'Äußerst geheim!');
    expect((await visitor().logIn('Äußerst geheim!'.normalize('NFD'))).status).toBe(200);
  });

  it('never takes over a session that the browser brought along', async () => {
    const { another } = await loggedIn();
    const browser = another();
    browser.cookie = 'hookstitch_session=chosen-by-somebody-else';
    await browser.logIn(password);
    expect(browser.cookie).not.toContain('chosen');
    const planted = another();
    planted.cookie = 'hookstitch_session=chosen-by-somebody-else';
    expect(await planted.get('/api/stats')).toMatchObject(refused(401, 'session_ended'));
  });

  it('refuses what is no JSON object with a password', async () => {
    const { another } = await loggedIn();
    for (const body of [{}, { password: 1 }, { password, more: true }, [], null]) {
      expect(await another().send('POST', '/api/session', { body })).toMatchObject(refused(400, 'request_invalid'));
    }
  });

  it('keeps the password and the cookie as digests only', async () => {
    const { receiver, visitor } = await loggedIn();
    const kept = await receiver.store.access.read();
    const secret = String(visitor.cookie).split('=')[1];
    expect(JSON.stringify(kept)).not.toContain(password);
    expect(JSON.stringify(kept)).not.toContain(secret);
  });
});

describe('a session', () => {
  it('opens the API and the metrics', async () => {
    const { visitor } = await loggedIn();
    for (const path of ['/api/stats', '/api/events', '/metrics', '/readyz'])
      expect([path, (await visitor.get(path)).status]).toEqual([path, 200]);
    expect((await visitor.send('DELETE', '/api/nothing')).status).toBe(404);
  });

  it('is told about', async () => {
    const { visitor, another } = await loggedIn();
    expect(JSON.parse((await visitor.get('/api/session')).text)).toMatchObject({ status: 'open', user: 'admin' });
    expect((await another().get('/api/session')).text).toBe('{"status":"login_needed"}');
  });

  it('ends after twelve hours without use', async () => {
    const { visitor, pass } = await loggedIn();
    pass(12 * hourMs - 1);
    expect((await visitor.get('/api/stats')).status).toBe(200);
    pass(12 * hourMs - 1);
    expect((await visitor.get('/api/stats')).status).toBe(200);
    pass(12 * hourMs + minuteMs);
    expect(await visitor.get('/api/stats')).toMatchObject(refused(401, 'session_ended'));
    expect((await visitor.get('/api/session')).text).toBe('{"status":"login_needed"}');
  });

  it('ends after seven days, however much it is used', async () => {
    const { visitor, pass } = await loggedIn();
    for (let hours = 0; hours < 7 * 24 - 8; hours += 8) {
      pass(8 * hourMs);
      expect((await visitor.get('/api/stats')).status).toBe(200);
    }
    pass(8 * hourMs);
    expect(await visitor.get('/api/stats')).toMatchObject(refused(401, 'session_ended'));
  });

  it('ends when its browser logs out, and no other', async () => {
    const { visitor, another } = await loggedIn();
    const other = another();
    await other.logIn(password);
    const cookie = visitor.cookie;
    const left = await visitor.send('DELETE', '/api/session');
    expect(left).toMatchObject({ status: 200, text: '{"status":"login_needed"}' });
    expect(left.headers['set-cookie']).toEqual(['hookstitch_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict']);
    visitor.cookie = cookie;
    expect(await visitor.get('/api/stats')).toMatchObject(refused(401, 'session_ended'));
    expect((await other.get('/api/stats')).status).toBe(200);
  });

  it('changes the password, which ends the others', async () => {
    const { visitor, another } = await loggedIn();
    const other = another();
    await other.logIn(password);
    const before = visitor.cookie;
    const body = { current: password, password: 'a better password' };
    expect((await visitor.send('PUT', '/api/password', { body })).status).toBe(200);
    expect(visitor.cookie).not.toBe(before);
    expect((await visitor.get('/api/stats')).status).toBe(200);
    expect(await other.get('/api/stats')).toMatchObject(refused(401, 'session_ended'));
    expect(await another().logIn(password)).toMatchObject(refused(401, 'password_refused'));
    expect((await another().logIn('a better password')).status).toBe(200);
  });

  it('does not begin with a password that was changed while it was compared', async () => {
    const { store } = await testReceiver();
    let meanwhile = async (): Promise<unknown> => undefined;
    class Interrupted extends Passwords {
      override async matches(given: string, hash: string): Promise<boolean> {
        const isRight = await super.matches(given, hash);
        await meanwhile();
        return isRight;
      }
    }
    const passwords = new Interrupted({ ln: 4, r: 1, p: 1 });
    const doorkeeper = new Doorkeeper({ store, clock: { now: () => now }, passwords });
    const setUp = async (chosen: string) =>
      doorkeeper.setUp((await doorkeeper.makeSetupLink({ isOnly: true })).secret, chosen);
    await setUp(password);

    meanwhile = () => setUp('another one that is long enough');
    await expect(doorkeeper.logIn(password)).rejects.toMatchObject({ code: 'PASSWORD_REFUSED' });
    expect((await store.access.read()).sessions).toHaveLength(1);
  });

  it('changes no password without the one there is', async () => {
    const { visitor } = await loggedIn();
    const body = { current: 'wrong', password: 'a better password' };
    expect(await visitor.send('PUT', '/api/password', { body })).toMatchObject(refused(401, 'password_refused'));
    const short = { current: password, password: 'short' };
    expect(await visitor.send('PUT', '/api/password', { body: short })).toMatchObject(refused(400, 'request_invalid'));
  });

  it('is known to every replica, and ended by any', async () => {
    const { receiver, visitor } = await loggedIn();
    const other = (await openConsole({}, receiver)).visitor();
    other.cookie = visitor.cookie;
    expect((await other.get('/api/stats')).status).toBe(200);
    await other.send('DELETE', '/api/session');
    expect(await visitor.get('/api/stats')).toMatchObject(refused(401, 'session_ended'));
  });

  it('is not one beside a wrong token', async () => {
    const { visitor } = await loggedIn();
    const headers = { authorization: 'Bearer wrong' };
    expect(await visitor.send('GET', '/api/stats', { headers })).toMatchObject(refused(401, 'unauthorized'));
  });

  it('does not suffer from wrong tokens of the same address', async () => {
    const { visitor } = await loggedIn();
    for (let count = 0; count < 11; count += 1)
      await visitor.send('GET', '/api/stats', { headers: { authorization: 'Bearer wrong' } });
    expect((await visitor.get('/api/stats')).status).toBe(200);
  });

  it('has its stream end with it', async () => {
    const { url, visitor } = await loggedIn();
    const stream = await fetch(`${url}/api/stream`, { headers: { cookie: String(visitor.cookie) } });
    await visitor.send('DELETE', '/api/session');
    expect(await stream.text()).toMatch(/event: end\ndata: \{\}\n\n$/);
  });
});

describe('what is written with a session', () => {
  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a page without an origin', { origin: 'null' }],
    ['who does not say from where', { origin: '' }],
    ['a page that its browser calls another site’s', { 'sec-fetch-site': 'cross-site' }],
    ['another name of the same site', { 'sec-fetch-site': 'same-site' }],
  ])('is refused from %s', async (_name, headers) => {
    const { visitor, another } = await loggedIn();
    for (const [method, path] of [
      ['POST', '/api/events/evt_1/replay'],
      ['DELETE', '/api/identities?identifier=ada@example.com'],
      ['PUT', '/api/password'],
      ['POST', '/api/nothing'],
      ['DELETE', '/api/session'],
      ['OPTIONS', '/api/stats'],
    ] as const) {
      const answer = await visitor.send(method, path, { headers });
      expect([path, answer]).toEqual([path, expect.objectContaining(refused(403, 'origin_refused'))]);
    }
    expect(await another().logIn(password, headers)).toMatchObject(refused(403, 'origin_refused'));
    expect((await visitor.get('/api/stats')).status).toBe(200);
  });

  it('is taken from the console’s own pages, whatever the scheme in front of it', async () => {
    const { visitor, url } = await loggedIn();
    const { host } = new URL(url);
    for (const origin of [`http://${host}`, `https://${host}`]) {
      const headers = { origin, 'sec-fetch-site': 'same-origin' };
      expect((await visitor.send('POST', '/api/nothing', { headers })).status).toBe(404);
    }
  });

  it('is taken from ADMIN_URL behind a proxy that names itself as the host', async () => {
    const hosts = { adminUrl: 'https://console.example.com', adminHosts: ['gateway'] };
    const { visitor } = await loggedIn({ hosts });
    const behind = { host: 'gateway:8081', origin: 'https://console.example.com' };
    expect((await visitor.send('POST', '/api/nothing', { headers: behind })).status).toBe(404);
    const plain = { host: 'gateway:8081', origin: 'http://console.example.com' };
    expect(await visitor.send('POST', '/api/nothing', { headers: plain })).toMatchObject(
      refused(403, 'origin_refused'),
    );
  });
});

describe('the name in the address', () => {
  const named = async (host: string, parts: Partial<AdminDependencies> = {}) => {
    const { visitor, url } = await loggedIn(parts);
    const browser = new ConsoleVisitor({ url }, host);
    browser.cookie = visitor.cookie;
    return browser;
  };

  it.each(['evil.example', 'evil.example:8081', 'localhost.evil.example', '127.0.0.1.nip.io', 'gateway', 'localhost.'])(
    'is refused where nobody has given it: %s',
    async (host) => {
      const browser = await named(host);
      const misnamed = refused(403, 'host_refused');
      for (const path of ['/api/stats', '/api/session', '/api/nothing', '/metrics'])
        expect([path, await browser.get(path)]).toEqual([path, expect.objectContaining(misnamed)]);
      expect(await browser.logIn(password)).toMatchObject(misnamed);
      expect(await browser.setUp('link', password)).toMatchObject(misnamed);
      const page = await browser.send('GET', '/', { headers: { accept: 'text/html' } });
      expect(page).toMatchObject(misnamed);
      const withToken = { headers: { authorization: 'Bearer wrong' } };
      expect(await browser.send('POST', '/api/session', { ...withToken, body: { password } })).toMatchObject(misnamed);
    },
  );

  it.each(['localhost', 'localhost:8081', 'console.localhost', '192.168.1.5:8081', '[::1]:8081', 'LOCALHOST'])(
    'may be %s, which nobody else can give away',
    async (host) => {
      const browser = await named(host);
      expect((await browser.get('/api/stats')).status).toBe(200);
      expect((await browser.logIn(password)).status).toBe(200);
    },
  );

  it.each(['console.example.com', 'gateway', 'gateway:8081'])('may be one from the settings: %s', async (host) => {
    const browser = await named(host, {
      hosts: { adminUrl: 'https://console.example.com', adminHosts: ['gateway'] },
    });
    expect((await browser.get('/api/stats')).status).toBe(200);
  });

  it('is of no interest from who has the token', async () => {
    const { url } = await openConsole();
    const headers = { host: 'anything.example', authorization: `Bearer ${token}` };
    expect((await request(`${url}/api/stats`, { headers })).status).toBe(200);
  });
});

describe('wrong passwords', () => {
  it('are answered 429 from the eleventh within a quarter of an hour, and so is the right one', async () => {
    const { another, visitor, pass } = await loggedIn();
    const browser = another();
    const guess = async (times: number) => {
      const statuses: number[] = [];
      for (let count = 0; count < times; count += 1) statuses.push((await browser.logIn('wrong')).status);
      return statuses;
    };
    expect(await guess(11)).toEqual([...Array(10).fill(401), 429]);
    pass(10 * minuteMs);
    expect(await browser.logIn(password)).toMatchObject({
      ...refused(429, 'too_many_failures'),
      headers: { 'retry-after': '300' },
    });
    expect((await visitor.get('/api/stats')).status).toBe(200);
    pass(5 * minuteMs);
    expect((await browser.logIn(password)).status).toBe(200);
  });

  it('count when they come all at once', async () => {
    const { another } = await loggedIn();
    const answers = await Promise.all(Array.from({ length: 15 }, () => another().logIn('wrong')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
  });

  it('count together with links that are none, and right ones do not', async () => {
    const { another } = await loggedIn();
    for (let count = 0; count < 12; count += 1) expect((await another().logIn(password)).status).toBe(200);
    for (let count = 0; count < 10; count += 1) await another().setUp('made-up', password);
    expect(await another().logIn(password)).toMatchObject(refused(429, 'too_many_failures'));
  });
});

describe('a gateway that starts', () => {
  const linksIn = ({ logged }: { readonly logged: readonly Logged[] }) =>
    logged.flatMap(({ event, next }) => (event === 'setup.needed' ? [String(next)] : []));

  it('prints the link that sets its password, until one is set', async () => {
    const first = await testGateway({ destinations: {}, mappings: {} });
    const [line = ''] = linksIn(first);
    expect(line).toBe(`Set your admin password: ${first.setupUrl}`);
    expect(first.setupUrl).toMatch(new RegExp(`^${first.adminUrl}/setup\\?token=[\\w-]{43}$`));
    await first.halt();

    const second = await testGateway({ destinations: {}, mappings: {}, dataDir: first.dataDir });
    const visitor = new ConsoleVisitor({ url: second.adminUrl });
    const linkOf = (url = '') => new URL(url).searchParams.get('token') ?? '';
    expect(await visitor.setUp(linkOf(first.setupUrl), password)).toMatchObject(refused(401, 'setup_link_refused'));
    expect((await visitor.setUp(linkOf(second.setupUrl), password)).status).toBe(200);
    await second.halt();

    const third = await testGateway({ destinations: {}, mappings: {}, dataDir: first.dataDir });
    expect([third.setupUrl, linksIn(third)]).toEqual([undefined, []]);
    const later = new ConsoleVisitor({ url: third.adminUrl });
    later.cookie = visitor.cookie;
    expect((await later.get('/api/stats')).status).toBe(200);
    expect((await later.logIn(password)).status).toBe(200);
  });
});
