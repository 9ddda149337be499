import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { bodyBytesMax } from '../../src/http/read-body.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { request } from '../support/http-client.ts';
import { configured, signedPost, type TestReceiver, testReceiver } from '../support/receiver.ts';
import { connect, exchange, statusesOf, type Wire } from '../support/wire.ts';

const mebibyte = 1024 * 1024;
/** More than any answer may cost us. */
const bytesTakenMax = 8 * mebibyte;
const tooLarge = '{"error":{"code":"body_too_large","message":"the body is larger than 1 MiB"}}';
const encodingUnsupported =
  '{"error":{"code":"encoding_unsupported","message":"send the body without Content-Encoding"}}';
const chunked = { 'Transfer-Encoding': 'chunked' };

/** A JSON text of exactly so many bytes. */
const jsonOf = (length: number): string => `"${'x'.repeat(length - 2)}"`;

function head(headers: Readonly<Record<string, string | number>>, path = '/in/callrail'): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: hooks.example.com\r\n${lines.join('')}\r\n`;
}

const chunk = (length: number): string => `${length.toString(16)}\r\n${'x'.repeat(length)}\r\n`;

/** Sends until the server closes or resets the connection. */
async function sendForEver(wire: Wire, bytes: string): Promise<string> {
  const closed = wire.closed();
  while (wire.open()) {
    wire.send(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return await closed;
}

describe('the limit of 1 MiB', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['announced', {}],
    ['chunked', chunked],
  ])('is passed by a body of exactly 1 MiB, %s', async (_name, extra) => {
    expect(bodyBytesMax).toBe(mebibyte);
    const receiver = await testReceiver();
    const { headers, ...post } = signedPost(callrail, jsonOf(mebibyte));
    const answer = await request(`${receiver.url}/in/callrail`, { ...post, headers: { ...headers, ...extra } });
    expect(answer).toMatchObject({ status: 200, text: '{"accepted":1,"duplicates":0}' });
    expect(await receiver.events()).toMatchObject([{ status: 'received' }]);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['announced', {}],
    ['chunked', chunked],
  ])('is not passed by one byte more, %s', async (_name, extra) => {
    const receiver = await testReceiver();
    const { headers, ...post } = signedPost(callrail, jsonOf(mebibyte + 1));
    const answer = await request(`${receiver.url}/in/callrail`, { ...post, headers: { ...headers, ...extra } });
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' }, text: tooLarge });
    expect(await receiver.events()).toEqual([]);
    expect(await receiver.metrics.text()).toContain('{source="callrail",outcome="body_too_large"} 1');
  });

  it.each([mebibyte + 1, 10_000_000_000, Number.MAX_SAFE_INTEGER])(
    'is decided from an announced length of %i, before a byte of the body is sent',
    async (length) => {
      const receiver = await testReceiver();
      const wire = await connect(receiver.port);
      wire.send(head({ 'Content-Length': length }));
      const answer = await wire.answer();
      expect(statusesOf(answer)).toEqual([413]);
      expect(answer.endsWith(tooLarge)).toBe(true);
      wire.cut();
    },
  );

  it('leaves no connection behind when the body never comes', async () => {
    const receiver = await testReceiver();
    expect(statusesOf(await exchange(receiver.port, head({ 'Content-Length': 2 * mebibyte })))).toEqual([413]);
  });

  it('ends a body of unknown length in its middle', async () => {
    const receiver = await testReceiver();
    const wire = await connect(receiver.port);
    wire.send(head(chunked));
    wire.send(chunk(mebibyte));
    wire.send(chunk(1));
    expect(statusesOf(await wire.answer())).toEqual([413]);
    wire.cut();
  });

  it.each<[string, string, string]>([
    ['of unknown length', head(chunked), chunk(65_536)],
    ['of announced length', head({ 'Content-Length': 64 * mebibyte }), 'x'.repeat(65_536)],
  ])('bounds what is ever taken of a body %s', async (_name, start, more) => {
    const receiver = await testReceiver();
    const wire = await connect(receiver.port);
    wire.send(start);
    expect(statusesOf(await sendForEver(wire, more))).toEqual([413]);
    expect(receiver.bytesTaken()).toBeLessThanOrEqual(bytesTakenMax);
  });
});

describe('an answer that is given before the body has been read', () => {
  const off = { ...configured(callrail, { secret: [] }), name: 'off', off: 'CALLRAIL_SIGNING_KEY is not set' };
  const early: readonly (readonly [number, string, Readonly<Record<string, string>>])[] = [
    [404, '/nothing', {}],
    [404, '/in/unknown', {}],
    [404, '/in/callrail/no-kind', {}],
    [415, '/in/callrail', { 'Content-Encoding': 'gzip' }],
    [503, '/in/off', {}],
  ];

  it.each(early)('%i at %s ends the connection when the body may be endless', async (status, path, headers) => {
    const receiver = await testReceiver({ sources: [configured(callrail), off] });
    for (const [framing, more] of [
      [chunked, chunk(65_536)],
      [{ 'Content-Length': 1_000_000_000 }, 'x'.repeat(65_536)],
    ] as const) {
      const wire = await connect(receiver.port);
      wire.send(head({ ...framing, ...headers }, path));
      expect(statusesOf(await sendForEver(wire, more))).toEqual([status]);
    }
    expect(receiver.bytesTaken()).toBeLessThanOrEqual(2 * bytesTakenMax);
  });

  it.each(early)('%i at %s keeps the connection when the body is small', async (status, path, headers) => {
    const receiver = await testReceiver({ sources: [configured(callrail), off] });
    const wire = await connect(receiver.port);
    wire.send(head({ 'Content-Length': 2, ...headers }, path));
    expect(statusesOf(await wire.answer())).toEqual([status]);
    const { signature = '' } = signedPost(callrail, '{}').headers;
    wire.send(`{}${head({ Signature: signature, 'Content-Length': 2 })}{}`);
    expect(statusesOf(await wire.answer())).toEqual([200]);
    wire.cut();
  });

  it('reaches a sender that reads only after it has written 4 MiB', async () => {
    const receiver = await testReceiver();
    const answer = await writeAllThenRead(
      receiver,
      `${head({ 'Content-Length': 4 * mebibyte })}${'x'.repeat(4 * mebibyte)}`,
    );
    expect(statusesOf(answer)).toEqual([413]);
    expect(answer.endsWith(tooLarge)).toBe(true);
  });

  it('reaches it in chunks as well', async () => {
    const receiver = await testReceiver();
    const answer = await writeAllThenRead(receiver, `${head(chunked)}${chunk(mebibyte).repeat(4)}0\r\n\r\n`);
    expect(statusesOf(answer)).toEqual([413]);
  });

  /** What the simplest clients do, and where an early close becomes a reset that takes the answer with it. */
  async function writeAllThenRead({ port }: TestReceiver, text: string): Promise<string> {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.pause();
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.write(text, () => resolve());
    });
    let answer = '';
    for await (const part of socket) answer += part;
    return answer;
  }
});

describe('a body with a Content-Encoding', () => {
  it.each(['gzip', 'br', 'deflate', 'zstd', 'x-anything', 'identity, gzip', 'gzip, identity', ''])(
    'of "%s" is answered 415 before it is read',
    async (encoding) => {
      const receiver = await testReceiver();
      const wire = await connect(receiver.port);
      wire.send(head({ 'Content-Encoding': encoding, 'Content-Length': 10 }));
      const answer = await wire.answer();
      expect(statusesOf(answer)).toEqual([415]);
      expect(answer.endsWith(encodingUnsupported)).toBe(true);
      wire.cut();
    },
  );

  it.each(['identity', 'Identity'])('of "%s" is read as it is', async (encoding) => {
    const receiver = await testReceiver();
    const { headers, ...post } = signedPost(callrail, '{}');
    const encoded = { ...headers, 'content-encoding': encoding };
    expect((await request(`${receiver.url}/in/callrail`, { ...post, headers: encoded })).status).toBe(200);
  });
});

describe('a client that asks before it sends (Expect: 100-continue)', () => {
  const expectation = { Expect: '100-continue' };
  const { signature = '' } = signedPost(callrail, '{}').headers;

  it.each(['100-continue', '100-Continue'])('is told to go on: %s', async (expected) => {
    const receiver = await testReceiver();
    const wire = await connect(receiver.port);
    wire.send(head({ Expect: expected, Signature: signature, 'Content-Length': 2 }));
    await wire.until('HTTP/1.1 100 Continue\r\n\r\n');
    wire.send('{}');
    expect(statusesOf(await wire.answer())).toEqual([100, 200]);
    wire.cut();
  });

  it.each<[number, string, Readonly<Record<string, string | number>>]>([
    [413, '/in/callrail', { 'Content-Length': mebibyte + 1 }],
    [415, '/in/callrail', { 'Content-Length': 2, 'Content-Encoding': 'gzip' }],
    [404, '/in/unknown', { 'Content-Length': 2 }],
    [404, '/nothing', { 'Content-Length': 2 }],
    [503, '/in/off', { 'Content-Length': 2 }],
    [417, '/in/callrail', { 'Content-Length': 2, Expect: '200-ok' }],
  ])('is answered %i at %s at once, without being told to go on', async (status, path, headers) => {
    const receiver = await testReceiver({
      sources: [configured(callrail), { ...configured(callrail), name: 'off', off: 'it has no secret' }],
    });
    const wire = await connect(receiver.port);
    wire.send(head({ ...expectation, ...headers }, path));
    const answer = await wire.answer();
    expect(statusesOf(answer)).toEqual([status]);
    // It may send its body or not, and nobody could tell the next request from it.
    expect(answer).toMatch(/^connection: close\r$/im);
    wire.cut();
  });

  it('is not told anything in HTTP/1.0, which knows no 100', async () => {
    const receiver = await testReceiver();
    const text = head({ ...expectation, Signature: signature, 'Content-Length': 2 }).replace('HTTP/1.1', 'HTTP/1.0');
    expect(statusesOf(await exchange(receiver.port, `${text}{}`))).toEqual([200]);
  });
});

describe('a body that ends early', () => {
  it.each<[string, Readonly<Record<string, string | number>>, string]>([
    ['of announced length', { 'Content-Length': 2 }, '{'],
    ['in chunks', chunked, '2\r\n{}\r\n'],
  ])('%s stores nothing and is counted', async (_name, framing, body) => {
    const receiver = await testReceiver();
    const { signature = '' } = signedPost(callrail, '{}').headers;
    const wire = await connect(receiver.port);
    wire.send(`${head({ Signature: signature, ...framing })}${body}`);
    wire.finish();
    await wire.closed();
    await expect
      .poll(() => receiver.metrics.text(), { timeout: 10_000 })
      .toContain('hookstitch_requests_total{source="callrail",outcome="request_invalid"} 1');
    expect(await receiver.events()).toEqual([]);
  });
});

describe('bodies that are never finished', () => {
  it('take a bounded part of the memory: beyond it senders are asked to come back', async () => {
    const receiver = await testReceiver();
    const unfinished = head({ 'Content-Length': mebibyte }) + 'x'.repeat(mebibyte - 1);
    const wires = await Promise.all(Array.from({ length: 66 }, () => connect(receiver.port)));
    const answers = wires.map((wire) => {
      wire.send(unfinished);
      return wire.answer();
    });

    const first = await Promise.race(answers);

    expect(statusesOf(first)).toEqual([503]);
    expect(first).toContain('Retry-After');
    for (const wire of wires) wire.cut();
    await Promise.allSettled(answers);
    expect((await receiver.post(callrail, jsonOf(1_000))).status).toBe(200);
  });
});
