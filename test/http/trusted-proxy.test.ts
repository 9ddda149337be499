import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { readSettings } from '../../src/config/settings.ts';
import { testAdmin, token } from '../support/admin.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { request } from '../support/http-client.ts';
import { testReceiver } from '../support/receiver.ts';

const secret = 'the-secret-of-the-proxy-0123456789';
const proxyAddress = '172.18.0.2';
const login = { 'x-forwarded-user': 'ada@example.com' };

/** The admin side with these settings; `x-peer` says from where a request comes, the proxy's address where it does not. */
async function behindProxy(variables: Readonly<Record<string, string>> = {}) {
  const { adminProxy: proxy } = readSettings(
    environmentFrom({ ADMIN_PROXY: '172.18.0.0/24', ADMIN_USER_HEADER: 'X-Forwarded-User', ...variables }),
  );
  const fromPeer =
    (app: RequestListener): RequestListener =>
    (incoming, response) => {
      Object.defineProperty(incoming.socket, 'remoteAddress', { value: incoming.headers['x-peer'] ?? proxyAddress });
      app(incoming, response);
    };
  const admin = await testAdmin(await testReceiver(), { proxy }, fromPeer);
  return { url: admin.url, browser: new ConsoleVisitor(admin) };
}

const unauthorized = { status: 401, text: expect.stringContaining('{"error":{"code":"unauthorized"') };

describe('a proxy that logs people in', () => {
  it('lets in whom it names', async () => {
    const { browser } = await behindProxy();
    expect((await browser.send('GET', '/api/stats', { headers: login })).status).toBe(200);
    expect((await browser.send('GET', '/api/session', { headers: login })).text).toBe(
      '{"status":"open","by":"proxy","user":"ada@example.com"}',
    );
  });

  it.each([
    ['no name', {}],
    ['an empty name', { 'x-forwarded-user': ' ' }],
    ['a name too long to be one', { 'x-forwarded-user': 'x'.repeat(201) }],
    ['another header', { 'x-user': 'ada@example.com' }],
    ['another address', { ...login, 'x-peer': '172.18.1.2' }],
    [
      'another address that says it is the proxy',
      { ...login, 'x-peer': '203.0.113.9', 'x-forwarded-for': proxyAddress },
    ],
    ['this machine', { ...login, 'x-peer': '127.0.0.1' }],
    ['nowhere', { ...login, 'x-peer': '' }],
  ])('is not believed with %s', async (_name, headers) => {
    const { browser } = await behindProxy();
    expect(await browser.send('GET', '/api/stats', { headers })).toMatchObject(unauthorized);
    expect((await browser.send('GET', '/api/session', { headers })).text).toBe('{"status":"login_needed"}');
  });

  it('is not believed when it comes with two names: one may be the browser’s', async () => {
    const { url } = await behindProxy();
    for (const names of [['ada@example.com', 'eve@example.com'], 'ada@example.com, eve@example.com']) {
      const answer = await request(`${url}/api/stats`, { headers: { 'x-forwarded-user': names } });
      expect(answer).toMatchObject(unauthorized);
    }
  });

  it('has to know the secret where there is one', async () => {
    const { browser } = await behindProxy({ ADMIN_PROXY_SECRET: secret });
    const ask = (more: Readonly<Record<string, string>>) =>
      browser.send('GET', '/api/stats', { headers: { ...login, ...more } });
    expect(await ask({})).toMatchObject(unauthorized);
    expect(await ask({ 'x-hookstitch-proxy-secret': secret.slice(1) })).toMatchObject(unauthorized);
    expect(await ask({ 'x-hookstitch-proxy-secret': `${secret}x` })).toMatchObject(unauthorized);
    expect((await ask({ 'x-hookstitch-proxy-secret': secret })).status).toBe(200);
  });

  it('does not keep the pages of others from being refused', async () => {
    const { browser } = await behindProxy();
    const crossSite = { ...login, origin: 'https://evil.example' };
    expect(await browser.send('POST', '/api/nothing', { headers: crossSite })).toMatchObject({ status: 403 });
    const renamed = { ...login, host: 'evil.example' };
    expect(await browser.send('GET', '/api/stats', { headers: renamed })).toMatchObject({ status: 403 });
    const basic = { ...renamed, authorization: 'Basic YTpi' };
    expect(await browser.send('GET', '/api/stats', { headers: basic })).toMatchObject({ status: 403 });
    expect((await browser.send('POST', '/api/nothing', { headers: login })).status).toBe(404);
  });

  it('may pass on how it was logged in with, and scripts still have their token', async () => {
    const { browser } = await behindProxy();
    const basic = { ...login, authorization: 'Basic YWRhOnNlY3JldA==' };
    for (let count = 0; count < 12; count += 1)
      expect((await browser.send('GET', '/api/stats', { headers: basic })).status).toBe(200);
    const bearer = { authorization: `Bearer ${token}`, 'x-peer': '127.0.0.1' };
    expect((await browser.send('GET', '/api/stats', { headers: bearer })).status).toBe(200);
  });

  it('leaves no way in by password', async () => {
    const { browser } = await behindProxy();
    const off = { status: 409, text: expect.stringContaining('{"error":{"code":"passwords_off"') };
    expect(await browser.logIn('a long enough one')).toMatchObject(off);
    expect(await browser.setUp('link', 'a long enough one')).toMatchObject(off);
    const body = { current: 'x', password: 'a long enough one' };
    expect(await browser.send('PUT', '/api/password', { body, headers: login })).toMatchObject(off);
    const bearer = { authorization: `Bearer ${token}` };
    expect(await browser.send('POST', '/api/setup-links', { headers: bearer })).toMatchObject(off);
    browser.cookie = 'hookstitch_session=kept-from-before';
    expect(await browser.get('/api/stats')).toMatchObject(unauthorized);
  });
});

describe('a proxy that only passes requests on', () => {
  it('names nobody', async () => {
    const { browser } = await behindProxy({ ADMIN_USER_HEADER: '' });
    expect(await browser.send('GET', '/api/stats', { headers: login })).toMatchObject(unauthorized);
  });

  it('tells from whom a wrong password comes, and nobody else does', async () => {
    const { browser } = await behindProxy({ ADMIN_USER_HEADER: '' });
    const guess = async (headers: Readonly<Record<string, string>>) => (await browser.logIn('x', headers)).status;
    const bearer = { authorization: `Bearer ${token}` };
    const made = await browser.send('POST', '/api/setup-links', { headers: bearer });
    const link = new URL(JSON.parse(made.text).url).searchParams.get('token') ?? '';
    expect((await browser.setUp(link, 'correct horse battery')).status).toBe(200);

    for (let count = 0; count < 10; count += 1) expect(await guess({ 'x-forwarded-for': '203.0.113.9' })).toBe(401);
    expect(await guess({ 'x-forwarded-for': '203.0.113.9' })).toBe(429);
    expect(await guess({ 'x-forwarded-for': '203.0.113.10' })).toBe(401);

    const peer = { 'x-peer': '198.51.100.7' };
    for (let count = 0; count < 10; count += 1)
      expect(await guess({ ...peer, 'x-forwarded-for': `203.0.113.${count}` })).toBe(401);
    expect(await guess({ ...peer, 'x-forwarded-for': '203.0.113.99' })).toBe(429);
  });
});
