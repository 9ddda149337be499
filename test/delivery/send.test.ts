import { lookup } from 'node:dns';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSender } from '../../src/delivery/send.ts';
import { carrierOverNode } from '../../src/delivery/transport/over-node.ts';
import { carrierOverUndici } from '../../src/delivery/transport/over-undici.ts';
import { createTransport, fastestCarrier } from '../../src/delivery/transport/transport.ts';
import { startHttpServer, startTcpServer } from './local-server.ts';
import { senderContract } from './sender.contract.ts';

describe('over undici', () => senderContract({ carrier: carrierOverUndici }));
describe('over node:http', () => senderContract({ carrier: carrierOverNode }));

describe('a sender', () => {
  it('bears a server that says 100 Continue unasked, from its second request on', async () => {
    const answer = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone';
    const server = await startTcpServer((socket) => socket.end(answer));
    const sender = createSender();
    onTestFinished(() => sender.close());
    const send = () =>
      sender.send(
        { method: 'POST', url: server.origin, headers: {}, body: '{}' },
        { timeoutMs: 10_000, allowPrivateAddress: true },
      );

    const message = 'ECONNRESET: 100 Continue came unasked before the answer; the next request allows for it';
    expect(await send()).toEqual({ kind: 'failed', failure: { reason: 'unreachable', message, sent: true } });
    expect(await send()).toMatchObject({ kind: 'answered', answer: { status: 200, body: 'done' } });
    expect(await send()).toMatchObject({ kind: 'answered', answer: { status: 200, body: 'done' } });
  });

  it.each([
    ['undici', carrierOverUndici],
    ['node:http', carrierOverNode],
    ['either', fastestCarrier],
  ])('keeps no connection over %s for longer than it may be idle', async (_name, carrier) => {
    const server = await startHttpServer();
    const { axios, close } = createTransport(carrier({ lookup, idleMs: 20 }));
    onTestFinished(close);

    await axios.request({ url: server.origin, timeout: 10_000 });

    await expect(server.allClosed()).resolves.toHaveLength(1);
  });
});
