import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Listening, listen, serverLimits } from '../../src/http/listen.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { request } from '../support/http-client.ts';
import { signedPost, testReceiver } from '../support/receiver.ts';
import { connect, exchange, statusesOf } from '../support/wire.ts';

const { signature = '' } = signedPost(callrail, '{}').headers;
const signatureLine = `Signature: ${signature}\r\n`;
/** A genuine request but for the lines that a test puts into it. */
const framed = (lines: string, body = '{}', version = 'HTTP/1.1'): string =>
  `POST /in/callrail ${version}\r\nHost: hooks.example.com\r\n${signatureLine}${lines}\r\n${body}`;
const genuine = framed('Content-Length: 2\r\n');
const chunkedBody = '2\r\n{}\r\n0\r\n\r\n';

describe('framing', () => {
  it.each<[string, string]>([
    ['a length', genuine],
    ['chunks', framed('Transfer-Encoding: chunked\r\n', chunkedBody)],
    ['a chunk for each byte', framed('Transfer-Encoding: chunked\r\n', '1\r\n{\r\n1\r\n}\r\n0\r\n\r\n')],
    ['a trailer', framed('Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\nX: y\r\n\r\n')],
    ['HTTP/1.0', framed('Content-Length: 2\r\n', '{}', 'HTTP/1.0')],
    ['HTTP/1.0 without a host', genuine.replace('Host: hooks.example.com\r\n', '').replace('HTTP/1.1', 'HTTP/1.0')],
    ['an upgrade that is not taken', framed('Content-Length: 2\r\nConnection: upgrade\r\nUpgrade: h2c\r\n')],
  ])('with %s is read', async (_name, text) => {
    const receiver = await testReceiver();
    const wire = await connect(receiver.port);
    wire.send(text);
    expect(statusesOf(await wire.answer())).toEqual([200]);
    wire.cut();
  });

  it.each<[string, string]>([
    ['a length and chunks', framed('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', chunkedBody)],
    ['chunks and a length', framed('Transfer-Encoding: chunked\r\nContent-Length: 2\r\n', chunkedBody)],
    ['two lengths', framed('Content-Length: 2\r\nContent-Length: 3\r\n')],
    ['the same length twice', framed('Content-Length: 2\r\nContent-Length: 2\r\n')],
    ['a list of lengths', framed('Content-Length: 2, 2\r\n')],
    ['a signed length', framed('Content-Length: +2\r\n')],
    ['a negative length', framed('Content-Length: -2\r\n')],
    ['a hexadecimal length', framed('Content-Length: 0x2\r\n')],
    ['a length beyond 64 bits', framed(`Content-Length: ${'9'.repeat(30)}\r\n`)],
    ['a space before the colon', framed('Transfer-Encoding : chunked\r\n', chunkedBody)],
    ['chunks that are not the last encoding', framed('Transfer-Encoding: chunked, identity\r\n', chunkedBody)],
    ['an unknown transfer encoding', framed('Transfer-Encoding: xchunked\r\n', chunkedBody)],
    ['a chunk size that is no number', framed('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n')],
    ['a chunk size beyond 64 bits', framed('Transfer-Encoding: chunked\r\n', `${'f'.repeat(17)}\r\n{}`)],
    ['a chunk longer than it says', framed('Transfer-Encoding: chunked\r\n', '1\r\n{}\r\n0\r\n\r\n')],
    ['a chunk that ends with a lone LF', framed('Transfer-Encoding: chunked\r\n', '2\r\n{}\n0\r\n\r\n')],
    ['lines that end with a lone LF', genuine.replaceAll('\r\n', '\n')],
    ['one line that ends with a lone LF', genuine.replace('.com\r\n', '.com\n')],
    ['a head that ends with a lone LF', genuine.replace('\r\n\r\n', '\r\n\n')],
    ['a lone CR', genuine.replace('.com\r\n', '.com\r')],
    ['a folded line', framed('X: a\r\n b\r\nContent-Length: 2\r\n')],
    ['a line without a name', framed(': a\r\nContent-Length: 2\r\n')],
    ['a name with a space', framed('Content Length: 2\r\n')],
    ['a NUL in a value', framed('X: a\0b\r\nContent-Length: 2\r\n')],
    ['no host', genuine.replace('Host: hooks.example.com\r\n', '')],
    ['a space in the target', genuine.replace('/in/callrail', '/in/call rail')],
    ['a byte above ASCII in the target', genuine.replace('/in/callrail', '/in/callrail?\xe9')],
    ['an unknown method', genuine.replace('POST', 'POSTED')],
    ['a method in lower case', genuine.replace('POST', 'post')],
    ['an unknown version', genuine.replace('HTTP/1.1', 'HTTP/1.2')],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03'],
  ])('with %s is refused', async (_name, text) => {
    const receiver = await testReceiver();
    expect(statusesOf(await exchange(receiver.port, text))).toEqual([400]);
    expect(await receiver.events()).toEqual([]);
  });

  it('with more than 16 KiB of headers is refused', async () => {
    const receiver = await testReceiver();
    expect(statusesOf(await exchange(receiver.port, framed(`X: ${'x'.repeat(16 * 1024)}\r\n`)))).toEqual([431]);
    expect(statusesOf(await exchange(receiver.port, framed('X-Long-Name: x\r\n'.repeat(1_500))))).toEqual([431]);
    const wire = await connect(receiver.port);
    wire.send(framed(`X: ${'x'.repeat(15 * 1024)}\r\nContent-Length: 2\r\n`));
    expect(statusesOf(await wire.answer())).toEqual([200]);
    wire.cut();
  });
});

describe('a signature header that comes twice', () => {
  const posts = [
    { source: stripe, ...signedPost(stripe, '{"id":"evt_1","type":"x"}'), name: 'stripe-signature' },
    { source: callrail, ...signedPost(callrail, '{}'), name: 'signature' },
    { source: hubspot, ...signedPost(hubspot, '[]'), name: 'x-hubspot-signature-v3' },
    { source: hubspot, ...signedPost(hubspot, '[]'), name: 'x-hubspot-request-timestamp' },
  ];

  it.each(posts)('is refused: $name', async ({ source, headers, body, name }) => {
    const receiver = await testReceiver();
    const value = headers[name] ?? '';
    for (const values of [
      [value, value],
      [value, 'x'],
      ['x', value],
      [value, ''],
    ]) {
      const doubled = { ...headers, [name]: values };
      const answer = await request(`${receiver.url}/in/${source.name}`, { method: 'POST', headers: doubled, body });
      expect(answer.status).toBe(401);
    }
    expect(await receiver.metrics.text()).toContain(
      `hookstitch_requests_total{source="${source.name}",outcome="ambiguous_signature"} 4`,
    );
    const joined = { ...headers, [name]: `${value}, ${value}` };
    const answer = await request(`${receiver.url}/in/${source.name}`, { method: 'POST', headers: joined, body });
    expect(answer.status).toBe(401);
    expect(await receiver.events()).toEqual([]);
  });

  it('is refused even where a thousand other headers are in between', async () => {
    const receiver = await testReceiver();
    const lines = `${'a:\r\n'.repeat(2_000)}${signatureLine}Content-Length: 2\r\nConnection: close\r\n`;
    expect(statusesOf(await exchange(receiver.port, framed(lines)))).toEqual([401]);
  });
});

describe('requests on one connection', () => {
  it('are answered in the order in which they were sent, even when sent at once', async () => {
    const receiver = await testReceiver();
    const wire = await connect(receiver.port);
    const forged = genuine.replace(signature, 'x');
    const lost = genuine.replace('/in/callrail', '/nothing');
    const last = genuine.replace('Host:', 'Connection: close\r\nHost:');
    wire.send([genuine, forged, lost, genuine, last].join(''));
    expect(statusesOf(await wire.closed())).toEqual([200, 401, 404, 200, 200]);
    expect(await receiver.events()).toHaveLength(1);
  });

  it('end with one that is not readable', async () => {
    const receiver = await testReceiver();
    const wire = await connect(receiver.port);
    wire.send(genuine);
    expect(statusesOf(await wire.answer())).toEqual([200]);
    wire.send(`nonsense\r\n\r\n${genuine}`);
    expect(statusesOf(await wire.closed())).toEqual([200, 400]);
  });
});

describe('a slow client', () => {
  const limits = { headersTimeout: 150, requestTimeout: 300, connectionsCheckingInterval: 20 };

  it('is cut long before it costs anything', () => {
    expect(serverLimits).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 20_000,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16_384,
    });
  });

  it.each<[string, string, string]>([
    ['says nothing', '', ''],
    ['stops in its headers', 'POST /in/callrail HTTP/1.1\r\nHost: x\r\n', ''],
    ['drips its headers', 'POST /in/callrail HTTP/1.1\r\nHost: x\r\n', 'a:b\r\n'],
    ['stops in its body', framed('Content-Length: 2\r\n', '{'), ''],
    ['drips its body', framed('Content-Length: 1000\r\n', '{'), ' '],
    ['drips its chunks', framed('Transfer-Encoding: chunked\r\n', ''), '1\r\n \r\n'],
  ])('that %s is answered 408 and cut', async (_name, start, drop) => {
    const receiver = await testReceiver({ limits });
    const wire = await connect(receiver.port);
    if (start !== '') wire.send(start);
    const dripping = setInterval(() => drop !== '' && wire.send(drop), 20);
    onTestFinished(() => clearInterval(dripping));
    expect(statusesOf(await wire.closed())).toEqual([408]);
    expect(await receiver.events()).toEqual([]);
  });

  it('that never closes its side loses the connection all the same', async () => {
    const receiver = await testReceiver({ limits });
    const socket = net.connect({ port: receiver.port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) => socket.once('end', resolve).resume());
    const sockets = () => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
    await expect.poll(sockets, { timeout: 10_000 }).toBe(1);
  });

  it('does not keep others waiting', async () => {
    const receiver = await testReceiver();
    const slow = await Promise.all(Array.from({ length: 200 }, () => connect(receiver.port)));
    for (const wire of slow) wire.send(framed('Content-Length: 2\r\n', '{'));
    expect((await receiver.post(stripe, '{"id":"evt_1","type":"x"}')).status).toBe(200);
    for (const wire of slow) wire.cut();
  });
});

describe('listening', () => {
  const listening = async (host: string, port = 0): Promise<Listening> => {
    const server = await listen((_request, response) => response.end('hello'), { host, port });
    onTestFinished(() => server.close(0));
    return server;
  };

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', 'localhost'],
  ])('on %s is told as http://%s', async (host, shown) => {
    const { url, port } = await listening(host);
    expect(port).toBeGreaterThan(0);
    expect(url).toBe(`http://${shown}:${port}`);
    expect((await request(`http://127.0.0.1:${port}/`)).text).toBe('hello');
  });

  it('fails with the port and what to do when the port is taken', async () => {
    const { port } = await listening('127.0.0.1');
    await expect(listening('127.0.0.1', port)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `port ${port} is already in use`,
      hint: expect.stringContaining('PORT'),
    });
  });

  it('fails with the address when it is not one of this machine', async () => {
    await expect(listening('192.0.2.1')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('cannot listen on 192.0.2.1:0'),
    });
  });
});

describe('closing', () => {
  const echo = () =>
    listen(
      (incoming, response) => {
        incoming.on('end', () => response.end('done')).resume();
      },
      { host: '127.0.0.1', port: 0 },
    );
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n';

  it('waits for the request under way, and not for what its connection might bring', { timeout: 5_000 }, async () => {
    const server = await echo();
    const busy = await connect(server.port);
    busy.send(`${head}{`);
    const idle = await connect(server.port);
    idle.send(`${head}{}`);
    await idle.answer();
    const closed = server.close(60_000);
    await idle.closed();
    await expect(request(`${server.url}/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    busy.send('}');
    expect(statusesOf(await busy.answer())).toEqual([200]);
    await closed;
  });

  it('cuts what does not end within the grace', async () => {
    const server = await echo();
    const wire = await connect(server.port);
    wire.send(`${head}{`);
    await server.close(50);
    expect(await wire.closed()).toBe('');
  });
});
