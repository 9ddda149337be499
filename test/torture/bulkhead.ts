import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Counts, createWorkspace, settled, type Workspace } from '../support/gateway-process.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';
import { paced } from './paced.ts';
import { quantile } from './quantile.ts';
import { atLeast, atMost, type Context, defineScenario, none, type Report } from './scenario.ts';
import { sendAll } from './senders.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { type Answering, answerOk, type Sink, startSink } from './sink.ts';

const concurrency = 8;
const slowdownMax = 1.2;
const p95MsMax = 2_000;
const perSecond = 60;
const settleMsMax = 120_000;
const senders = 8;
const healthy = ['first', 'second', 'third'];

type Size = { readonly queued: number; readonly rounds: number; readonly seconds: number };

export const bulkhead = defineScenario({
  name: 'bulkhead',
  description:
    'One of four destinations takes requests and never answers, with thousands queued for it: the others do not wait.',
  sizes: { ci: { queued: 5_000, rounds: 3, seconds: 8 }, release: { queued: 5_000, rounds: 10, seconds: 60 } },
  run,
});

/** Alone and beside the one that hangs, by turns, so that what else the machine does meanwhile hits both alike. */
async function run({ size: { queued, rounds, seconds } }: Context<Size>): Promise<Report> {
  const sinks = await Promise.all(healthy.map(() => startSink()));
  const hanging = new Hanging();
  const fourth = await startSink(hanging.answer);
  const circuit = { failures: 10, wait_ms: 1_000, wait_max_ms: 1_000 };
  const destinations = Object.fromEntries(sinks.map(({ url }, index) => [healthy[index], { url }]));
  const workspace = await createWorkspace({
    gateway: gatewayText({ ...destinations, fourth: { url: fourth.url, settings: { concurrency, circuit } } }),
    mappings: {
      'all.yaml': torturedMapping([...healthy, 'fourth'], 'all.event'),
      'fourth.yaml': torturedMapping(['fourth'], 'fourth.event'),
    },
  });
  try {
    const gateway = await workspace.start();
    const measuring = { workspace, sinks, seconds };
    await latencies({ ...measuring, name: 'warm_up' });
    const turns: Turn[] = [];
    const connections: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const alone = await latencies({ ...measuring, name: `alone_${round}` });
      hanging.begin();
      const backlog = Array.from({ length: queued }, (_, at) => stripeBody(`evt_${round}_${at}`, 'fourth.event'));
      await sendAll(workspace.url, backlog, senders);
      await translated(workspace);
      const watch = setInterval(() => connections.push(fourth.connections()), 50);
      const beside = await latencies({ ...measuring, name: `beside_${round}` });
      clearInterval(watch);
      hanging.end();
      await settled(workspace, settleMsMax);
      turns.push({ alone: quantile(alone, 0.95), beside: quantile(beside, 0.95) });
    }
    const missing = sinks.map(({ calls }) => (1 + 2 * rounds) * seconds * perSecond - calls.length);
    await gateway.end('SIGTERM');
    const slowdowns = turns.map(({ alone, beside }) => beside / alone);
    return {
      goals: [
        atMost('p95 of the others over that alone, median of the rounds', quantile(slowdowns, 0.5), slowdownMax),
        atMost('p95 of the others beside it', Math.max(...turns.map(({ beside }) => beside)), p95MsMax, 'ms'),
        atMost('connections to the one that hangs', Math.max(...connections), concurrency),
        atLeast('requests it left without an answer', hanging.unanswered, concurrency),
        none(
          'events the others did not get',
          missing.reduce((sum, count) => sum + count, 0),
        ),
      ],
      figures: { p95Ms: turns },
    };
  } finally {
    hanging.end();
    await Promise.all([...sinks, fourth].map((sink) => sink.close()));
    await workspace.remove();
  }
}

interface Turn {
  readonly alone: number;
  readonly beside: number;
}

/** Takes requests and answers none of them, until it is over. */
class Hanging {
  unanswered = 0;
  #isHanging = false;
  readonly #waiting = new Set<() => void>();

  readonly answer: Answering = (call, response) => {
    if (!this.#isHanging) return answerOk(call, response);
    this.unanswered += 1;
    const reply = (): void => answerOk(call, response);
    this.#waiting.add(reply);
    response.on('close', () => this.#waiting.delete(reply));
  };

  begin(): void {
    this.#isHanging = true;
  }

  end(): void {
    this.#isHanging = false;
    for (const reply of this.#waiting) reply();
    this.#waiting.clear();
  }
}

interface Measuring {
  readonly workspace: Workspace;
  readonly sinks: readonly Sink[];
  readonly seconds: number;
  readonly name: string;
}

/** From the sender's first byte to the arrival at each of the sinks, in milliseconds. */
async function latencies({ workspace, sinks, seconds, name }: Measuring): Promise<readonly number[]> {
  const sentAtMs = new Map<string, number>();
  const before = sinks.map(({ calls }) => calls.length);
  await paced({ perSecond, seconds }, async (number) => {
    const id = `evt_${name}_${number}`;
    sentAtMs.set(id, Date.now());
    await postStripe(workspace.url, stripeBody(id, 'all.event'));
  });
  await arrived(
    sinks,
    before.map((count) => count + sentAtMs.size),
  );
  return sinks.flatMap(({ calls }, index) =>
    calls.slice(before[index]).map(({ event, arrivedAtMs }) => arrivedAtMs - (sentAtMs.get(event) ?? 0)),
  );
}

async function translated(workspace: Workspace): Promise<void> {
  const deadline = performance.now() + settleMsMax;
  while ((await ask<Counts>(workspace, '/api/stats')).events.received > 0 && performance.now() < deadline)
    await pause(50);
}

async function arrived(sinks: readonly Sink[], counts: readonly number[]): Promise<void> {
  const deadline = performance.now() + settleMsMax;
  while (sinks.some(({ calls }, index) => calls.length < (counts[index] ?? 0)) && performance.now() < deadline)
    await pause(20);
}
