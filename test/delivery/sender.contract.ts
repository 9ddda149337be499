import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { LookupFunction } from 'node:net';
import tls from 'node:tls';
import { gzipSync } from 'node:zlib';
import { isbot } from 'isbot';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSender, guardedLookup, type Sender, type SenderOptions } from '../../src/delivery/send.ts';
import type { OutboundRequest } from '../../src/destinations/destination.ts';
import { closedPort, pem, startHttpServer, startHttpsServer, startTcpServer } from './local-server.ts';

const local = { timeoutMs: 10_000, allowPrivateAddress: true };
const publicOnly = { timeoutMs: 10_000, allowPrivateAddress: false };
const hasty = { timeoutMs: 200, allowPrivateAddress: true };
const publicAddress = '93.184.215.14';

const requestTo = (url: string, parts: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'POST',
  url,
  headers: {},
  body: '{"event":"signup"}',
  ...parts,
});

/** A resolver that gives these addresses, whatever it is asked. */
const resolvingTo =
  (...addresses: readonly string[]): LookupFunction =>
  (_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

/** What every way to carry requests has to keep. */
export function senderContract(carried: Pick<SenderOptions, 'carrier'>): void {
  function aSender(options: SenderOptions = {}): Sender {
    const sender = createSender({ ...carried, ...options });
    onTestFinished(() => sender.close());
    return sender;
  }

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  describe('a request', () => {
    it('arrives byte for byte, with its own headers and an exact length', async () => {
      const server = await startHttpServer();
      const body = '{ "b":1,\t"a" : "Ünïcode ☃ 😀", "n": 1.50 }\n';
      const headers = {
        'Content-Type': 'application/json; charset=UTF-8',
        Token: 'v_123',
        'User-Agent': 'Mozilla/5.0 Own/1',
        'Accept-Encoding': 'gzip',
      };

      const result = await aSender().send(requestTo(`${server.origin}/v1/track?token=t0ken`, { body, headers }), local);

      expect(result).toMatchObject({ kind: 'answered', answer: { status: 200, body: 'ok' } });
      const [seen] = server.requests;
      expect(seen).toMatchObject({ method: 'POST', url: '/v1/track?token=t0ken' });
      expect(seen?.body.equals(Buffer.from(body))).toBe(true);
      expect(seen?.headers).toEqual({
        accept: '*/*',
        'accept-encoding': 'identity',
        connection: 'keep-alive',
        'content-length': String(Buffer.byteLength(body)),
        'content-type': 'application/json; charset=UTF-8',
        host: `127.0.0.1:${server.port}`,
        token: 'v_123',
        'user-agent': 'Mozilla/5.0 Own/1',
      });
    });

    it('carries JSON and a user agent that is not taken for a bot, unless it says otherwise', async () => {
      const server = await startHttpServer();
      await aSender().send(requestTo(server.origin), local);
      await aSender({ userAgent: 'Mozilla/5.0 Custom/2' }).send(requestTo(server.origin), local);

      const [first, second] = server.requests;
      expect(first?.headers['content-type']).toBe('application/json');
      expect(isbot(first?.headers['user-agent'])).toBe(false);
      expect(second?.headers['user-agent']).toBe('Mozilla/5.0 Custom/2');
    });

    it('reuses the connection of the one before', async () => {
      const server = await startHttpServer();
      const sender = aSender();
      for (let i = 0; i < 3; i += 1) await sender.send(requestTo(server.origin), local);

      expect(server.requests).toHaveLength(3);
      expect(server.connections()).toBe(1);
    });

    it('never goes over a connection that the server has closed', async () => {
      const server = await startHttpServer();
      const sender = aSender();
      await sender.send(requestTo(server.origin), local);
      await server.closeConnections();

      expect(await sender.send(requestTo(server.origin), local)).toMatchObject({ kind: 'answered' });
      expect(server.connections()).toBe(2);
    });

    it('goes at once, however many others are on their way to the same server', async () => {
      const together = 256;
      const waiting: ServerResponse[] = [];
      const server = await startHttpServer((response) => {
        if (waiting.push(response) === together) for (const each of waiting) each.end('ok');
      });
      const sender = aSender();
      const results = await Promise.all(
        Array.from({ length: together }, () => sender.send(requestTo(server.origin), local)),
      );

      expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['answered']));
      expect(server.requests).toHaveLength(together);
    });

    it('without a body has no length either', async () => {
      const server = await startHttpServer();
      await aSender().send({ method: 'GET', url: `${server.origin}/v1/things?id=1`, headers: {} }, local);

      expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/v1/things?id=1' });
      expect(Object.keys(server.requests[0]?.headers ?? {}).sort()).toEqual([
        'accept',
        'accept-encoding',
        'connection',
        'host',
        'user-agent',
      ]);
    });

    it('finds a server that listens on an IPv6 address', async () => {
      const server = await startHttpServer(undefined, '::1');
      expect(await aSender().send(requestTo(server.origin), local)).toMatchObject({ kind: 'answered' });
      expect(server.requests[0]?.headers.host).toBe(`[::1]:${server.port}`);
    });

    it('tries the next address of a name where nobody listens on the first', async () => {
      const server = await startHttpServer();
      const sender = aSender({ lookup: resolvingTo('::1', '127.0.0.1') });
      expect(await sender.send(requestTo(`http://destination.example:${server.port}`), local)).toMatchObject({
        kind: 'answered',
      });
    });

    it('leaves no connection open once the sender is closed', async () => {
      const server = await startHttpServer();
      const sender = aSender();
      await sender.send(requestTo(server.origin), local);
      sender.close();

      await expect(server.allClosed()).resolves.toBeDefined();
    });

    it('does not go through a proxy named by the environment', async () => {
      const proxy = await startHttpServer();
      const server = await startHttpServer();
      for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'all_proxy']) vi.stubEnv(name, proxy.origin);
      vi.stubEnv('NODE_USE_ENV_PROXY', '1');

      await aSender().send(requestTo(server.origin), local);

      expect(proxy.connections()).toBe(0);
      expect(server.requests).toHaveLength(1);
    });

    it.each([
      ['a line break in a value', { 'x-a': 'a\r\nX-B: c' }, 'the value of the header x-a is not printable ASCII'],
      ['a NUL in a value', { 'x-a': 'a\0b' }, 'the value of the header x-a is not printable ASCII'],
      ['a letter outside ASCII', { authorization: 'Bearer gehéim' }, 'the value of the header authorization is not'],
      ['a line break in a name', { 'x-a: b\r\nx-c': '1' }, '"x-a: b\\r\\nx-c" is not a header name'],
      ['an empty name', { '': '1' }, '"" is not a header name'],
      ['Host', { Host: 'elsewhere.example' }, 'the header Host is not for a destination to set'],
      ['Content-Length', { 'Content-Length': '1' }, 'the header Content-Length is not'],
      ['Transfer-Encoding', { 'transfer-encoding': 'chunked' }, 'the header transfer-encoding is not'],
      ['Connection', { Connection: 'close' }, 'the header Connection is not'],
    ])('is not sent with %s in its headers', async (_what, headers, message) => {
      const server = await startHttpServer();
      const result = await aSender().send(requestTo(server.origin, { headers }), local);

      expect(result).toEqual({
        kind: 'failed',
        failure: { reason: 'invalid_payload', message: expect.stringContaining(message), sent: false },
      });
      expect(JSON.stringify(result)).not.toContain('gehéim');
      expect(server.connections()).toBe(0);
    });

    it.each(['not a url', 'ftp://example.com/', 'data:text/plain,hello', 'file:///etc/passwd'])(
      'is not sent to %s',
      async (url) => {
        const result = await aSender().send(requestTo(url), local);
        expect(result).toMatchObject({ kind: 'failed', failure: { reason: 'invalid_payload', sent: false } });
      },
    );
  });

  describe('an answer', () => {
    it.each([301, 302, 303, 307, 308])('of %i is not followed', async (status) => {
      const elsewhere = await startHttpServer();
      const server = await startHttpServer((response) =>
        response.writeHead(status, { location: elsewhere.origin }).end(),
      );

      const result = await aSender().send(requestTo(server.origin), local);

      expect(result).toMatchObject({ kind: 'answered', answer: { status, headers: { location: elsewhere.origin } } });
      expect(server.requests).toHaveLength(1);
      expect(elsewhere.connections()).toBe(0);
    });

    it.each([204, 400, 404, 429, 500, 503])('of %i is an answer, not a failure', async (status) => {
      const server = await startHttpServer((response) => response.writeHead(status, { 'Retry-After': '7' }).end());
      const result = await aSender().send(requestTo(server.origin), local);
      expect(result).toMatchObject({ kind: 'answered', answer: { status, headers: { 'retry-after': '7' }, body: '' } });
    });

    it.each([102, 103])('is waited for after a %i', async (status) => {
      const server = await startTcpServer((socket) =>
        socket.end(`HTTP/1.1 ${status} \r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone`),
      );
      expect(await aSender().send(requestTo(server.origin), local)).toMatchObject({
        kind: 'answered',
        answer: { status: 200, body: 'done' },
      });
    });

    it('ends with its connection where it has no length', async () => {
      const server = await startTcpServer((socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ndone'));
      expect(await aSender().send(requestTo(server.origin), local)).toMatchObject({
        kind: 'answered',
        answer: { status: 200, body: 'done' },
      });
    });

    it('in many pieces is put together', async () => {
      const text = 'Ünïcode ☃ 😀 '.repeat(2_000);
      const server = await startHttpServer((response) => {
        for (const byte of Buffer.from(text)) response.write(Buffer.from([byte]));
        response.end();
      });
      const result = await aSender().send(requestTo(server.origin), { ...local, answerBytesMax: 1_000_000 });
      expect(result).toMatchObject({ kind: 'answered', answer: { body: text } });
    });

    it('says of a header that came twice what it says both times', async () => {
      const server = await startHttpServer((response) =>
        response
          .writeHead(
            200,
            [
              ['set-cookie', 'a=1'],
              ['set-cookie', 'b=2'],
              ['x-other', '1'],
              ['x-other', '2'],
            ].flat(),
          )
          .end(),
      );
      const result = await aSender().send(requestTo(server.origin), local);
      expect(result).toMatchObject({ answer: { headers: { 'set-cookie': 'a=1,b=2' } } });
      expect(result.kind === 'answered' && result.answer.headers['x-other']).toMatch(/^1, ?2$/);
    });

    it('is not inflated', async () => {
      const bomb = gzipSync(Buffer.alloc(20_000_000));
      const server = await startHttpServer((response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      );

      const result = await aSender().send(requestTo(server.origin), local);

      expect(result).toMatchObject({ kind: 'answered', answer: { status: 200 } });
      expect(result.kind === 'answered' && result.answer.body.length).toBeLessThanOrEqual(bomb.length);
    });

    it.each([200, 500])('of %i that is too long counts, and is cut at 64 KB', async (status) => {
      const server = await startHttpServer((response) => response.writeHead(status).end('x'.repeat(5_000_000)));
      const result = await aSender().send(requestTo(server.origin), local);

      expect(result).toEqual({
        kind: 'answered',
        answer: { status, headers: expect.any(Object), body: 'x'.repeat(65_536) },
      });
    });

    it('without an end is cut off, and its connection closed', async () => {
      const server = await startHttpServer((response) => {
        const pour = (): void => {
          while (!response.destroyed && response.write('x'.repeat(16_384)));
        };
        response.on('drain', pour);
        pour();
      });

      expect(await aSender().send(requestTo(server.origin), local)).toMatchObject({ kind: 'answered' });
      await expect(server.allClosed()).resolves.toHaveLength(1);
    });
  });

  describe('without an answer', () => {
    it('a destination that never answers ends as a timeout', async () => {
      const server = await startHttpServer(() => {});
      const result = await aSender().send(requestTo(server.origin), hasty);

      expect(result).toEqual({
        kind: 'failed',
        failure: { reason: 'timeout', message: 'no complete answer within 200 ms', sent: true },
      });
      await expect(server.allClosed()).resolves.toHaveLength(1);
    });

    it('an answer that drips in byte by byte meets the same deadline', async () => {
      const server = await startHttpServer((response) => {
        const drip = setInterval(() => response.write('.'), 10);
        response.on('close', () => clearInterval(drip));
      });
      const startedAt = performance.now();
      const result = await aSender().send(requestTo(server.origin), hasty);

      expect(result).toMatchObject({ kind: 'failed', failure: { reason: 'timeout', sent: true } });
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      await expect(server.allClosed()).resolves.toHaveLength(1);
    });

    it('a resolver or a handshake that hangs meets it too', async () => {
      const silent = await startTcpServer(() => {});
      const throughHandshake = await aSender().send(requestTo(`https://127.0.0.1:${silent.port}`), hasty);
      const throughLookup = await aSender({ lookup: () => {} }).send(requestTo('http://destination.example'), hasty);

      expect(throughHandshake).toMatchObject({ kind: 'failed', failure: { reason: 'timeout' } });
      expect(throughLookup).toMatchObject({ kind: 'failed', failure: { reason: 'timeout' } });
    });

    it('a closed port is named, and nothing was sent', async () => {
      const port = await closedPort();
      const result = await aSender().send(requestTo(`http://127.0.0.1:${port}/v1/track?token=t0ken`), local);

      expect(result).toEqual({
        kind: 'failed',
        failure: { reason: 'unreachable', message: `ECONNREFUSED 127.0.0.1:${port}`, sent: false },
      });
    });

    it('every address that was tried is named', async () => {
      const port = await closedPort();
      const sender = aSender({ lookup: resolvingTo('127.0.0.1', '127.0.0.2') });
      const result = await sender.send(requestTo(`http://destination.example:${port}`), local);

      const message = `ECONNREFUSED 127.0.0.1:${port}, ECONNREFUSED 127.0.0.2:${port}`;
      expect(result).toEqual({ kind: 'failed', failure: { reason: 'unreachable', message, sent: false } });
    });

    it('a name that does not resolve is named', async () => {
      const lookup: LookupFunction = (hostname, _options, callback) => {
        const details = { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname };
        callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), details), []);
      };
      const result = await aSender({ lookup }).send(requestTo('http://nowhere.example'), local);

      expect(result).toEqual({
        kind: 'failed',
        failure: { reason: 'unreachable', message: 'ENOTFOUND nowhere.example', sent: false },
      });
    });

    it.each([
      ['reset before the answer', (socket) => socket.resetAndDestroy(), /^ECONNRESET/],
      ['closed before the answer', (socket) => socket.destroy(), /^ECONNRESET/],
      ['closed amid the status line', (socket) => socket.end('HTTP/1.1 20'), /^(ECONNRESET|not an HTTP answer)/],
      [
        'closed amid the body',
        (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"accepted"'),
        /^ECONNRESET/,
      ],
      [
        'closed amid the body of its last answer',
        (socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{"accepted"'),
        /^ECONNRESET/,
      ],
      [
        'that switches protocols unasked',
        (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
        /^ECONNRESET/,
      ],
      [
        'with endless headers',
        (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`),
        /^not an HTTP answer: Header overflow$/i,
      ],
      [
        'reset amid the body',
        (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{', () => socket.resetAndDestroy()),
        /^ECONNRESET/,
      ],
      ['that speaks another protocol', (socket) => socket.end('220 mail.example ESMTP\r\n'), /^not an HTTP answer: /],
    ] satisfies [string, Parameters<typeof startTcpServer>[0], RegExp][])(
      'a connection %s leaves open whether the request was received',
      async (_what, received, message) => {
        const server = await startTcpServer(received);
        const result = await aSender().send(requestTo(server.origin), local);

        expect(result).toEqual({
          kind: 'failed',
          failure: { reason: 'unreachable', message: expect.stringMatching(message), sent: true },
        });
      },
    );

    it('shutdown is told apart from a timeout', async () => {
      const shutdown = new AbortController();
      const server = await startHttpServer(() => shutdown.abort());
      const sender = aSender();

      expect(await sender.send(requestTo(server.origin), local, shutdown.signal)).toEqual({ kind: 'aborted' });
      expect(await sender.send(requestTo(server.origin), local, shutdown.signal)).toEqual({ kind: 'aborted' });
      expect(server.requests).toHaveLength(1);
    });

    it('leaves nothing behind on the signal for shutdown, which outlives it', async () => {
      const shutdown = new AbortController();
      const server = await startHttpServer();
      await aSender().send(requestTo(server.origin), local, shutdown.signal);
      expect(getEventListeners(shutdown.signal, 'abort')).toEqual([]);
    });

    it('shutdown amid an answer is an abort as well', async () => {
      const shutdown = new AbortController();
      const server = await startHttpServer((response) => response.write('begun', () => shutdown.abort()));
      expect(await aSender().send(requestTo(server.origin), local, shutdown.signal)).toEqual({ kind: 'aborted' });
    });
  });

  describe('a private address', () => {
    it.each([
      '127.0.0.1',
      '127.1',
      '127.0.0.1.',
      '0x7f000001',
      '2130706433',
      '017700000001',
      '①②⑦.⓪.⓪.①',
      'user:password@127.0.0.1',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::1]',
      '0',
      '0.0.0.0',
      'localhost',
      'localhost.',
    ])('is refused when the URL says %s', async (host) => {
      const server = await startHttpServer();
      const sender = aSender({ lookup: resolvingTo('127.0.0.1') });
      const result = await sender.send(requestTo(`http://${host}:${server.port}/?token=t0ken`), publicOnly);

      const message = expect.stringMatching(/not a public address.*set allow_private_address: true/);
      expect(result).toEqual({ kind: 'failed', failure: { reason: 'unreachable', message, sent: false } });
      expect(JSON.stringify(result)).not.toMatch(/t0ken|password/);
      expect(server.connections()).toBe(0);
    });

    it('is refused when it is any of those a name resolves to', async () => {
      const server = await startHttpServer();
      const sender = aSender({ lookup: resolvingTo(publicAddress, '127.0.0.1') });
      const result = await sender.send(requestTo(`http://destination.example:${server.port}`), publicOnly);

      expect(result).toEqual({
        kind: 'failed',
        failure: {
          reason: 'unreachable',
          message:
            'destination.example resolves to 127.0.0.1, which is not a public address (loopback); ' +
            'set allow_private_address: true on this destination to allow it',
          sent: false,
        },
      });
      expect(server.connections()).toBe(0);
    });

    it('is refused although another destination holds a connection to it', async () => {
      const server = await startHttpServer();
      const sender = aSender({ lookup: resolvingTo('127.0.0.1') });
      const request = requestTo(`http://destination.example:${server.port}`);

      expect(await sender.send(request, local)).toMatchObject({ kind: 'answered' });
      expect(await sender.send(request, publicOnly)).toMatchObject({ failure: { reason: 'unreachable' } });
      expect(server.requests).toHaveLength(1);
    });

    it('is refused each time a name is looked up, whatever it resolved to before', () => {
      const answers = [publicAddress, '127.0.0.1'];
      const lookup = guardedLookup((_hostname, _options, callback) => callback(null, answers.shift() ?? '', 4));
      const seen: unknown[] = [];
      for (let i = 0; i < 2; i += 1) {
        lookup('rebinding.example', {}, (error, address) => seen.push(error?.message ?? address));
      }
      expect(seen).toEqual([publicAddress, expect.stringContaining('resolves to 127.0.0.1')]);
    });
  });

  describe('over TLS', () => {
    const trusted = tls.getCACertificates();
    beforeAll(() => tls.setDefaultCACertificates([...trusted, pem('valid'), pem('expired'), pem('other-host')]));
    afterAll(() => tls.setDefaultCACertificates(trusted));

    it('a trusted certificate for the right host is accepted', async () => {
      const server = await startHttpsServer('valid');
      expect(await aSender().send(requestTo(server.origin), local)).toMatchObject({ kind: 'answered' });
      expect(server.requests).toHaveLength(1);
    });

    it.each([
      ['expired', 'TLS: certificate has expired'],
      [
        'other-host',
        "TLS: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
      ],
    ] as const)('a certificate that is %s is refused before anything is sent', async (certificate, message) => {
      // What the environment says about verification must not matter.
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      const server = await startHttpsServer(certificate);

      expect(await aSender().send(requestTo(server.origin), local)).toEqual({
        kind: 'failed',
        failure: { reason: 'unreachable', message, sent: false },
      });
      expect(server.requests).toHaveLength(0);
    });

    it('a certificate that nobody vouches for is refused', async () => {
      tls.setDefaultCACertificates(trusted);
      const server = await startHttpsServer('valid');
      const result = await aSender().send(requestTo(server.origin), local);
      tls.setDefaultCACertificates([...trusted, pem('valid')]);

      expect(result).toEqual({
        kind: 'failed',
        failure: {
          reason: 'unreachable',
          message: expect.stringMatching(/^TLS: self-signed certificate/),
          sent: false,
        },
      });
    });

    it('a server that speaks nothing newer than TLS 1.1 is refused', async () => {
      const server = await startHttpsServer('valid', {
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      });
      const result = await aSender().send(requestTo(server.origin), local);
      expect(result).toMatchObject({
        failure: { reason: 'unreachable', message: expect.stringMatching(/^TLS: .*version/) },
      });
      expect(server.requests).toHaveLength(0);
    });

    it('a server that speaks plain HTTP is named as such', async () => {
      const server = await startHttpServer();
      const result = await aSender().send(requestTo(`https://127.0.0.1:${server.port}`), local);
      expect(result).toMatchObject({ failure: { message: expect.stringMatching(/^TLS: /) } });
    });
  });
}
