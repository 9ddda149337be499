import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callrail } from '../../src/sources/callrail.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { request } from '../support/http-client.ts';
import { configured, signedPost, testReceiver } from '../support/receiver.ts';
import { connect, exchange, statusesOf } from '../support/wire.ts';

const notFound = '{"error":{"code":"not_found","message":"no such path"}}';
const sourceUnknown = '{"error":{"code":"source_unknown","message":"no such source"}}';
const usePost = '{"error":{"code":"method_not_allowed","message":"use POST"}}';

describe("a path that is nobody's endpoint", () => {
  it.each([
    '/',
    '/in',
    '/in/',
    '/in/stripe/',
    '/in/stripe/invoice/',
    '/in/stripe/invoice/paid',
    '/IN/stripe',
    '//in/stripe',
    '/in//stripe',
    '/./in/stripe',
    '/x/../in/stripe',
    '/in/stripe/../stripe',
    '/in%2Fstripe',
    '/%2Fin/stripe',
    '/in\\stripe',
    '/api/stats',
    '/metrics',
    '/favicon.ico',
    '/robots.txt',
  ])('%s is answered 404', async (path) => {
    const receiver = await testReceiver();
    const answer = await request(`${receiver.url}${path}`, signedPost(stripe, '{"id":"evt_1","type":"x"}'));
    expect(answer).toMatchObject({ status: 404, text: notFound });
    expect(await receiver.events()).toEqual([]);
  });

  it.each([
    '/in/Stripe',
    '/in/STRIPE',
    '/in/stripe2',
    '/in/stripe.json',
    '/in/stripe;a=b',
    '/in/stripe%20',
    '/in/stripe%00',
    '/in/stripe%2Finvoice',
    '/in/stripe%2F..%2Fstripe',
    '/in/..',
    '/in/%2e%2e',
    '/in/constructor',
    '/in/__proto__/x',
  ])('%s names no source and is answered 404', async (path) => {
    const receiver = await testReceiver();
    const answer = await request(`${receiver.url}${path}`, signedPost(stripe, '{"id":"evt_1","type":"x"}'));
    expect(answer).toMatchObject({ status: 404, text: sourceUnknown });
    expect(await receiver.events()).toEqual([]);
  });

  it.each(['/in/%', '/in/%zz', '/in/%ff', '/in/stripe/%e0%a4', '/in/%c0%ae%c0%ae', '/in/%u0041'])(
    '%s does not decode and is answered 404',
    async (path) => {
      const receiver = await testReceiver();
      const answer = await request(`${receiver.url}${path}`, signedPost(stripe, '{"id":"evt_1","type":"x"}'));
      expect(answer).toMatchObject({ status: 404, text: notFound });
    },
  );

  it.each(['post-call', 'Post_call', 'post.call', '..', '%2e%2e', '%20', '%00', 'a%2Fb', '%C3%A9', 'x'.repeat(65)])(
    '/in/callrail/%s is no kind and is answered 404',
    async (kind) => {
      const receiver = await testReceiver();
      const answer = await request(`${receiver.url}/in/callrail/${kind}`, signedPost(callrail, '{}'));
      expect(answer).toMatchObject({ status: 404, text: notFound });
      expect(await receiver.events()).toEqual([]);
    },
  );
});

describe('a kind', () => {
  it.each(['post_call', 'a', '0', '_', 'x'.repeat(64), '%70ost_call'])('may be %s', async (kind) => {
    const receiver = await testReceiver();
    const answer = await request(`${receiver.url}/in/callrail/${kind}`, signedPost(callrail, '{}'));
    expect(answer.status).toBe(200);
    expect((await receiver.events()).map(({ type }) => type)).toEqual([decodeURIComponent(kind)]);
  });
});

describe('a target that is no path', () => {
  it.each([
    'http://127.0.0.1/in/callrail',
    'http://evil.example/in/callrail',
    'http://evil.example:99999/in/callrail',
    'http://[::1/in/callrail',
    'http://%zz/in/callrail',
    'http://evil.example',
    '*',
  ])('%s is answered 404 in our own words', async (target) => {
    const receiver = await testReceiver();
    const { signature } = signedPost(callrail, '{}').headers;
    const head = `POST ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSignature: ${signature}\r\nContent-Length: 2\r\n`;
    const answer = await exchange(receiver.port, `${head}\r\n{}`);
    expect(statusesOf(answer)).toEqual([404]);
    expect(answer.endsWith(`\r\n\r\n${notFound}`)).toBe(true);
    expect(await receiver.events()).toEqual([]);
  });
});

describe('a method other than POST', () => {
  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'])(
    '%s is answered 405 with the one that is allowed',
    async (method) => {
      const receiver = await testReceiver();
      const { headers, body } = signedPost(stripe, '{"id":"evt_1","type":"x"}');
      const override = { ...headers, 'x-http-method-override': 'POST', 'content-length': String(body.length) };
      for (const path of ['/in/stripe', '/in/callrail/post_call', '/in/stripe?_method=POST']) {
        const answer = await request(`${receiver.url}${path}`, { method, headers: override, body });
        expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' }, text: usePost });
      }
      expect(await receiver.events()).toEqual([]);
    },
  );

  it('HEAD is answered like GET, without a body', async () => {
    const receiver = await testReceiver();
    for (const [path, status] of [
      ['/in/stripe', 405],
      ['/nothing', 404],
      ['/healthz', 200],
      ['/readyz', 200],
    ] as const) {
      const head = await request(`${receiver.url}${path}`, { method: 'HEAD' });
      const get = await request(`${receiver.url}${path}`);
      expect(head).toEqual({ status, headers: { ...get.headers, date: head.headers.date }, text: '' });
    }
  });
});

describe('/healthz and /readyz', () => {
  it('are 200 while all is well', async () => {
    const { url } = await testReceiver();
    expect(await request(`${url}/healthz`)).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect(await request(`${url}/readyz`)).toMatchObject({
      status: 200,
      text: '{"status":"ready","store":"ok","mappings":"ok","gateway_file":"ok"}',
    });
  });

  it('are 200 without a single source', async () => {
    const { url } = await testReceiver({ sources: [] });
    expect((await request(`${url}/healthz`)).status).toBe(200);
    expect((await request(`${url}/readyz`)).status).toBe(200);
  });

  it.each(['starting', 'draining'])(
    'say 200 and 503 while the gateway is %s, and requests are still taken',
    async (state) => {
      const receiver = await testReceiver({ notReady: () => state });
      expect((await request(`${receiver.url}/healthz`)).status).toBe(200);
      expect(await request(`${receiver.url}/readyz`)).toMatchObject({
        status: 503,
        headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
        text: JSON.stringify({ status: state }),
      });
      expect((await receiver.post(stripe, '{"id":"evt_1","type":"x"}')).status).toBe(200);
    },
  );

  it('say 200 and 503 while the store is closed', async () => {
    const receiver = await testReceiver();
    await receiver.store.close();
    expect((await request(`${receiver.url}/healthz`)).status).toBe(200);
    expect(await request(`${receiver.url}/readyz`)).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
      text: expect.stringContaining('"code":"store_unavailable"'),
    });
  });

  it('say 200 and 503 while somebody else holds the lock of the store', async () => {
    const receiver = await testReceiver();
    const other = new Database(join(receiver.dataDir, 'hookstitch.db'));
    onTestFinished(() => void other.close());
    other.exec('begin immediate');
    const [readiness, health] = await Promise.all(
      ['/readyz', '/healthz'].map((path) => request(`${receiver.url}${path}`)),
    );
    expect([health?.status, readiness?.status]).toEqual([200, 503]);
    other.exec('rollback');
    expect((await request(`${receiver.url}/readyz`)).status).toBe(200);
  });

  it.each(['/healthz/', '/Healthz', '/readyz/x', '/readyz%2F'])('are not at %s', async (path) => {
    const { url } = await testReceiver();
    expect((await request(`${url}${path}`)).status).toBe(404);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('take no %s', async (method) => {
    const { url } = await testReceiver();
    expect((await request(`${url}/healthz`, { method })).status).toBe(404);
  });
});

describe('an error', () => {
  const canary = 'c4n4ry';
  const head = (line: string, extra = '') =>
    `${line} HTTP/1.1\r\nHost: ${canary}\r\nUser-Agent: ${canary}\r\nConnection: close\r\n${canary}: ${canary}\r\n${extra}\r\n`;
  const length = 'Content-Length: 8\r\n';
  const body = `"${canary}"`;

  it.each<[number, string]>([
    [400, head(`POST /in/${canary} ${canary}`)],
    [400, head('POST /in/stripe', `${canary}\r\n`)],
    [400, head('POST /in/stripe', `Content-Length: ${canary}\r\n`)],
    [400, head('POST /in/stripe', `Transfer-Encoding: ${canary}\r\n`)],
    [401, `${head(`POST /in/stripe?${canary}`, `${length}Stripe-Signature: ${canary}\r\n`)}${body}`],
    [404, `${head(`POST /in/${canary}`, length)}${body}`],
    [404, `${head(`POST /in/${canary}/%zz`, length)}${body}`],
    [404, `${head(`POST /in/callrail/${canary}-`, length)}${body}`],
    [404, `${head(`POST /${canary}`, length)}${body}`],
    [404, head(`GET http://[${canary}/in/stripe`)],
    [405, head(`GET /in/stripe/${canary}`)],
    [413, head(`POST /in/stripe?${canary}`, 'Content-Length: 99999999\r\n')],
    [415, `${head('POST /in/stripe', `${length}Content-Encoding: ${canary}\r\n`)}${body}`],
    [417, `${head('POST /in/stripe', `${length}Expect: ${canary}\r\n`)}${body}`],
    [431, head('POST /in/stripe', `X: ${canary.repeat(3_000)}\r\n`)],
    [503, `${head('POST /in/callrail', `${length}Signature: ${canary}\r\n`)}${body}`],
  ])('%i reflects nothing of the request and tells nothing of what runs here', async (status, text) => {
    const off = { ...configured(callrail, { secret: [] }), off: 'CALLRAIL_SIGNING_KEY is not set' };
    const receiver = await testReceiver({ sources: [configured(stripe), off] });
    const wire = await connect(receiver.port);
    wire.send(text);
    const answer = await wire.answer();
    wire.cut();
    expect(statusesOf(answer)).toEqual([status]);
    expect(answer).not.toMatch(new RegExp(canary, 'i'));
    expect(answer).not.toMatch(
      /express|node|hookstitch|x-powered-by|\r\nserver:|callrail_|stack|\bat .*:\d+|<html|\.ts\b|\d+\.\d+\.\d+/i,
    );
    expect(await receiver.events()).toEqual([]);
  });
});
