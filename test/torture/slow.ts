import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createWorkspace, settled } from '../support/gateway-process.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';
import { paced } from './paced.ts';
import { quantile } from './quantile.ts';
import { atLeast, atMost, type Context, defineScenario, none, type Report } from './scenario.ts';
import { gatewayText } from './setup.ts';
import { watchMemory } from './watch-memory.ts';

const answerMsMax = 1_000;
const memoryMbMax = 512;
const closedMsMax = 30_000;
const perSecond = 20;
const settleMsMax = 60_000;
/** At once; more would overflow the queue of connections that wait to be taken. */
const openedAtOnce = 200;
const renewAfterMs = 100;

type Size = { readonly connections: number; readonly seconds: number };

export const slow = defineScenario({
  name: 'slow',
  description: 'Thousands of requests that are begun and never ended: genuine ones are accepted, and the others cut.',
  sizes: { ci: { connections: 10_000, seconds: 15 }, release: { connections: 10_000, seconds: 600 } },
  run,
});

async function run({ size: { connections, seconds } }: Context<Size>): Promise<Report> {
  const workspace = await createWorkspace({
    gateway: gatewayText({}, { debug: { type: 'console' } }),
    mappings: {},
  });
  const attack = new Attack(Number(new URL(workspace.url).port), connections);
  try {
    const gateway = await workspace.start();
    const memory = watchMemory(gateway);
    await attack.begin();
    const opened = attack.open();
    const timesMs: number[] = [];
    let refused = 0;
    await paced({ perSecond, seconds }, async (number) => {
      const startedMs = performance.now();
      const status = await postStripe(workspace.url, stripeBody(`evt_${number}`)).catch(() => 0);
      timesMs.push(performance.now() - startedMs);
      if (status !== 200) refused += 1;
    });
    const endedMs = performance.now();
    attack.stop();
    while (attack.open() > 0 && performance.now() - endedMs < 2 * closedMsMax) await pause(50);
    const closedMs = performance.now() - endedMs;
    const [worstMb, left] = [memory.worstMb(), attack.open()];
    memory.stop();
    await settled(workspace, settleMsMax);
    await gateway.end('SIGTERM');
    return {
      goals: [
        atLeast('connections half open at the beginning', opened, connections),
        none('genuine events refused', refused),
        atMost('answers to genuine events, p99', quantile(timesMs, 0.99), answerMsMax, 'ms'),
        atMost('resident memory', worstMb, memoryMbMax, 'MB'),
        none('connections left open', left),
        atMost('until the last of them was cut', closedMs, closedMsMax, 'ms'),
      ],
      figures: { genuine: timesMs.length, p50Ms: Math.round(quantile(timesMs, 0.5)), renewed: attack.renewed },
    };
  } finally {
    attack.end();
    await workspace.remove();
  }
}

/** Half of them stop within the headers, half within the body; one that is cut is opened again. */
class Attack {
  renewed = 0;
  readonly #sockets = new Set<Socket>();
  readonly #port: number;
  readonly #connections: number;
  #isRenewing = true;

  constructor(port: number, connections: number) {
    this.#port = port;
    this.#connections = connections;
  }

  async begin(): Promise<void> {
    for (let opened = 0; opened < this.#connections; opened += openedAtOnce) {
      const most = Math.min(openedAtOnce, this.#connections - opened);
      await Promise.all(Array.from({ length: most }, (_, at) => this.#connect(opened + at)));
    }
  }

  open(): number {
    return this.#sockets.size;
  }

  /** Opens no more; the server has to cut those there are. */
  stop(): void {
    this.#isRenewing = false;
  }

  end(): void {
    this.stop();
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(number: number): Promise<void> {
    const socket = connect({ port: this.#port, host: '127.0.0.1' });
    const headers = 'POST /in/stripe HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: application/json\r\n';
    return new Promise((resolve) => {
      socket.on('connect', () => {
        this.#sockets.add(socket);
        socket.write(number % 2 === 0 ? headers : `${headers}Content-Length: 1000\r\n\r\n{"id":`);
        resolve();
      });
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        resolve();
        if (this.#isRenewing) setTimeout(() => this.#renew(number), renewAfterMs);
      });
    });
  }

  #renew(number: number): void {
    if (!this.#isRenewing) return;
    this.renewed += 1;
    void this.#connect(number);
  }
}
