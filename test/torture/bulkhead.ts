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
const perSecond = 30;
const warmUpSeconds = 4;
const settleMsMax = 120_000;
const senders = 8;
const healthy = ['first', 'second', 'third'];

/** Open for a second at a time, so that it hangs on requests all the while. */
const circuit = { failures: 10, wait_ms: 1_000, wait_max_ms: 1_000 };

type Size = { readonly queued: number; readonly seconds: number };

export const bulkhead = defineScenario({
  name: 'bulkhead',
  description:
    'One of four destinations takes requests and never answers, with thousands queued for it: the others do not wait.',
  sizes: { ci: { queued: 5_000, seconds: 20 }, release: { queued: 5_000, seconds: 900 } },
  run,
});

/**
 * Two gateways with the same load side by side, so that what else the machine does hits both alike: one whose four
 * destinations are well, and one whose fourth hangs.
 */
async function run({ size: { queued, seconds } }: Context<Size>): Promise<Report> {
  const hanging = new Hanging();
  const [alone, beside] = [await installation(answerOk), await installation(hanging.answer)];
  try {
    const gateways = [await alone.workspace.start(), await beside.workspace.start()];
    const backlog = Array.from({ length: queued }, (_, at) => stripeBody(`evt_queued_${at}`, 'fourth.event'));
    await sendAll(beside.workspace.url, backlog, senders);
    await translated(beside.workspace);
    await Promise.all([alone, beside].map((one) => latencies(one, { seconds: warmUpSeconds, name: 'warm_up' })));
    const connections: number[] = [];
    const watch = setInterval(() => connections.push(beside.fourth.connections()), 50);
    const [aloneMs = [], besideMs = []] = await Promise.all(
      [alone, beside].map((one) => latencies(one, { seconds, name: 'measured' })),
    );
    clearInterval(watch);
    const { deliveries } = await ask<Counts>(beside.workspace, '/api/stats');
    const missing = 2 * healthy.length * seconds * perSecond - aloneMs.length - besideMs.length;
    hanging.end();
    await settled(beside.workspace, settleMsMax);
    await Promise.all(gateways.map((gateway) => gateway.end('SIGTERM')));
    const [p95Alone, p95Beside] = [quantile(aloneMs, 0.95), quantile(besideMs, 0.95)];
    return {
      goals: [
        atMost('p95 of the others over that where all are well', p95Beside / p95Alone, slowdownMax),
        atMost('p95 of the others', p95Beside, p95MsMax, 'ms'),
        atMost('connections to the one that hangs', Math.max(...connections), concurrency),
        atLeast('deliveries still waiting for it at the end', deliveries.pending, queued - concurrency),
        none('events the others did not get', missing),
      ],
      figures: { alone: figuresOf(aloneMs), beside: figuresOf(besideMs), unanswered: hanging.unanswered },
    };
  } finally {
    hanging.end();
    for (const { workspace, sinks, fourth } of [alone, beside]) {
      await Promise.all([...sinks, fourth].map((sink) => sink.close()));
      await workspace.remove();
    }
  }
}

const figuresOf = (samplesMs: readonly number[]) => ({
  p50Ms: quantile(samplesMs, 0.5),
  p95Ms: quantile(samplesMs, 0.95),
  worstMs: quantile(samplesMs, 1),
});

interface Installation {
  readonly workspace: Workspace;
  readonly sinks: readonly Sink[];
  readonly fourth: Sink;
}

async function installation(answerOfFourth: Answering): Promise<Installation> {
  const sinks = await Promise.all(healthy.map(() => startSink()));
  const fourth = await startSink(answerOfFourth);
  const destinations = Object.fromEntries(sinks.map(({ url }, index) => [healthy[index], { url }]));
  const workspace = await createWorkspace({
    gateway: gatewayText({ ...destinations, fourth: { url: fourth.url, settings: { concurrency, circuit } } }),
    mappings: {
      'all.yaml': torturedMapping([...healthy, 'fourth'], 'all.event'),
      'fourth.yaml': torturedMapping(['fourth'], 'fourth.event'),
    },
  });
  return { workspace, sinks, fourth };
}

/** Takes requests and answers none of them, until it is over. */
class Hanging {
  unanswered = 0;
  #isHanging = true;
  readonly #waiting = new Set<() => void>();

  readonly answer: Answering = (call, response) => {
    if (!this.#isHanging) return answerOk(call, response);
    this.unanswered += 1;
    const reply = (): void => answerOk(call, response);
    this.#waiting.add(reply);
    response.on('close', () => this.#waiting.delete(reply));
  };

  end(): void {
    this.#isHanging = false;
    for (const reply of this.#waiting) reply();
    this.#waiting.clear();
  }
}

/** From the sender's first byte to the arrival at each of the three that are well, in milliseconds. */
async function latencies(
  { workspace, sinks }: Installation,
  { seconds, name }: { readonly seconds: number; readonly name: string },
): Promise<readonly number[]> {
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
