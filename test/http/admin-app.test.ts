import type { IncomingMessage, RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/diagnostics/problem.ts';
import { amend, emptyLibrary } from '../../src/mapping/library.ts';
import { testAdmin, token as theToken } from '../support/admin.ts';
import { request } from '../support/http-client.ts';
import { testReceiver } from '../support/receiver.ts';
import { exchange, statusesOf } from '../support/wire.ts';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const wrong = bearer('not-the-token');
const everyPath = [
  ...['/api/stats', '/api/events', '/api/events/evt_1', '/api/deliveries', '/api/deliveries/dlv_1', '/metrics'],
  ...['/api/mappings', '/api/sources', '/api/destinations'],
  ...['/', '/api', '/api/', '/api/nothing', '/API/stats', '/nothing', '/console', '/api/%zz', '/api/../metrics'],
];

describe('the token', () => {
  it.each([...everyPath, '/readyz'])('is needed at %s', async (path) => {
    const { url } = await testAdmin(await testReceiver());
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']) {
      const answer = await request(`${url}${path}`, { method });
      expect([method, answer.status, answer.headers['www-authenticate']]).toEqual([method, 401, 'Bearer']);
    }
  });

  it.each<[string, string]>([
    ['a wrong one', 'Bearer not-the-token'],
    ['one that starts alike', `Bearer ${theToken}x`],
    ['the start of it', `Bearer ${theToken.slice(0, -1)}`],
    ['another case', `Bearer ${theToken.toUpperCase()}`],
    ['none after the scheme', 'Bearer'],
    ['an empty one', 'Bearer '],
    ['another scheme', `Basic ${Buffer.from(`admin:${theToken}`).toString('base64')}`],
    ['no scheme', theToken],
    ['two', `Bearer ${theToken} ${theToken}`],
    ['a list', `Bearer ${theToken},Bearer ${theToken}`],
  ])('is not %s', async (_name, authorization) => {
    const { url } = await testAdmin(await testReceiver());
    expect(await request(`${url}/api/stats`, { headers: { authorization } })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer', 'content-type': 'application/json; charset=utf-8' },
      text: expect.stringMatching(/^\{"error":\{"code":"unauthorized","message":"[^"]+","hint":"[^"]+"\}\}$/),
    });
  });

  it('opens the API and the metrics, whatever the case of its scheme', async () => {
    const { url } = await testAdmin(await testReceiver());
    for (const scheme of ['Bearer', 'bearer']) {
      const headers = { authorization: `${scheme} ${theToken}` };
      expect((await request(`${url}/api/stats`, { headers })).status).toBe(200);
      expect((await request(`${url}/metrics`, { headers })).status).toBe(200);
    }
  });

  it.each(['token', 'access_token', 'authorization', 'bearer', 'api_key'])(
    'is not taken from the query, the body or a cookie: %s',
    async (name) => {
      const { url } = await testAdmin(await testReceiver());
      const pair = `${name}=${theToken}`;
      expect((await request(`${url}/api/stats?${pair}`)).status).toBe(401);
      expect((await request(`${url}/api/stats`, { headers: { cookie: pair } })).status).toBe(401);
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expect((await request(`${url}/api/stats`, { method: 'POST', headers: form, body: pair })).status).toBe(401);
    },
  );

  it('is in no answer', async () => {
    const { url, get } = await testAdmin(await testReceiver());
    const answers = [await get('/api/stats'), await get('/nothing'), await request(`${url}/api/stats`)];
    for (const answer of answers) expect(JSON.stringify(answer)).not.toContain(theToken);
  });
});

describe('wrong tokens', () => {
  /** Every request comes from the address it names, and the clock is the test's. */
  const fromNamedAddress =
    (app: RequestListener): RequestListener =>
    (incoming, response) => {
      Object.defineProperty(incoming.socket, 'remoteAddress', { value: addressOf(incoming) });
      app(incoming, response);
    };
  const addressOf = ({ headers }: IncomingMessage) => headers['x-address'] ?? '192.0.2.1';

  async function guarded() {
    let time = new Date('2026-11-01T12:00:00Z');
    const { url } = await testAdmin(await testReceiver(), { clock: { now: () => time } }, fromNamedAddress);
    const ask = (headers: Readonly<Record<string, string>>) => request(`${url}/api/stats`, { headers });
    const guess = async (times: number): Promise<readonly number[]> => {
      const statuses: number[] = [];
      for (let count = 0; count < times; count += 1) statuses.push((await ask(wrong)).status);
      return statuses;
    };
    return { ask, guess, setTime: (text: string) => (time = new Date(text)) };
  }

  it('are answered 429 from the eleventh within a minute, even when it is the right one', async () => {
    const { ask, guess, setTime } = await guarded();
    expect(await guess(10)).toEqual(Array(10).fill(401));
    setTime('2026-11-01T12:00:20.500Z');
    const blocked = { status: 429, headers: { 'retry-after': '40' } };
    expect(await ask(wrong)).toMatchObject({
      ...blocked,
      text: '{"error":{"code":"too_many_failures","message":"too many wrong tokens from this address"}}',
    });
    expect(await ask(bearer(theToken))).toMatchObject(blocked);
    expect(await ask({})).toMatchObject(blocked);
  });

  it('count again from the start after a minute', async () => {
    const { ask, guess, setTime } = await guarded();
    await guess(11);
    setTime('2026-11-01T12:00:59.999Z');
    expect((await ask(bearer(theToken))).status).toBe(429);
    setTime('2026-11-01T12:01:00Z');
    expect((await ask(bearer(theToken))).status).toBe(200);
    expect(await guess(11)).toEqual([...Array(10).fill(401), 429]);
  });

  it('do not count against another address', async () => {
    const { ask, guess } = await guarded();
    await guess(11);
    expect((await ask({ ...bearer(theToken), 'x-address': '192.0.2.2' })).status).toBe(200);
  });

  it('do not block for longer than a minute when the clock is set back', async () => {
    const { ask, guess, setTime } = await guarded();
    await guess(11);
    setTime('2026-11-01T06:00:00Z');
    expect((await ask(bearer(theToken))).status).toBe(200);
  });

  it('are no requests without a token: a web page could send those to lock people out', async () => {
    const { ask } = await guarded();
    for (let count = 0; count < 20; count += 1) expect((await ask({})).status).toBe(401);
    expect((await ask(bearer(theToken))).status).toBe(200);
  });
});

describe('the two ports', () => {
  it('share no path but /readyz', async () => {
    const receiver = await testReceiver();
    const admin = await testAdmin(receiver);
    for (const path of ['/in/stripe', '/in/callrail/post_call', '/healthz', '/bridge.js']) {
      expect([path, (await admin.get(path)).status]).toEqual([path, 404]);
    }
    for (const path of everyPath) {
      const answer = await request(`${receiver.url}${path}`, { headers: bearer(theToken) });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});

describe('/readyz for the operator', () => {
  const problem = (severity: 'error' | 'warning', file: string, line: number): Problem => ({
    ...{ severity, code: 'expr/unknown-name', message: 'unknown name', hint: 'did you mean it?' },
    at: { file, line, column: 7 },
  });

  it('names what is broken: file, line, column and code', async () => {
    const found = [problem('warning', 'mappings/a.yaml', 1), problem('error', 'mappings/a.yaml', 5)];
    const mappings = amend(
      emptyLibrary,
      [{ file: 'a.yaml', kind: 'refused', problems: found, failingTests: [] }],
      new Date(0),
    );
    const gatewayFile = { status: 'refused', problems: [problem('error', 'mappings/gateway.yaml', 9)] } as const;
    const receiver = await testReceiver({ mappings: () => mappings, gatewayFile: () => gatewayFile });
    const admin = await testAdmin(receiver, { mappings: () => mappings, gatewayFile: () => gatewayFile });

    const inWords = { status: 'ready', store: 'ok', mappings: 'degraded', gateway_file: 'refused' };
    expect(await admin.json('/readyz')).toEqual({
      ...inWords,
      problems: [
        { file: 'mappings/gateway.yaml', line: 9, column: 7, code: 'expr/unknown-name' },
        { file: 'mappings/a.yaml', line: 5, column: 7, code: 'expr/unknown-name' },
      ],
    });
    expect(JSON.parse((await request(`${receiver.url}/readyz`)).text)).toEqual(inWords);
  });

  it('is 503 while it starts or ends, as for everybody', async () => {
    const { get } = await testAdmin(await testReceiver(), { notReady: () => 'draining' });
    expect(await get('/readyz')).toMatchObject({ status: 503, text: '{"status":"draining"}' });
  });
});

describe('an unknown path', () => {
  it.each([
    '/',
    '/api',
    '/api/',
    '/api/nothing',
    '/API/stats',
    '/api/stats/',
    '/api//stats',
    '/Metrics',
    '/metrics/',
    '/api/%zz',
  ])('%s is answered 404', async (path) => {
    const { get } = await testAdmin(await testReceiver());
    expect(await get(path)).toMatchObject({
      status: 404,
      text: '{"error":{"code":"not_found","message":"no such path"}}',
    });
  });

  it('is what a target in absolute form becomes', async () => {
    const { port } = await testAdmin(await testReceiver());
    for (const target of ['http://127.0.0.1/api/stats', 'http://[::1/api/stats', '*']) {
      const head = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${theToken}\r\n\r\n`;
      expect(statusesOf(await exchange(port, head))).toEqual([404]);
    }
  });

  it('is any path with a method that writes', async () => {
    const { url } = await testAdmin(await testReceiver());
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await request(`${url}/api/stats`, { method, headers: bearer(theToken) });
      expect([method, answer.status]).toEqual([method, 404]);
    }
  });
});
