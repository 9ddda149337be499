import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../sources/mutants.ts';
import { ask, type Counts, createWorkspace, settled, type Workspace } from '../support/gateway-process.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { busiestSecond, ended, mend, type Replay, type Sample, tell } from './repairs.ts';
import { atLeast, atMost, type Context, defineScenario, exactly, none, type Report } from './scenario.ts';
import { sendAll } from './senders.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { type Sink, startSink } from './sink.ts';

const senders = 16;
const settleMsMax = 120_000;
/** What a second may be above the rate, as far as one can see from outside. */
const burst = 1.1;

type Size = { readonly failedEvents: number; readonly rate: number };

export const replay = defineScenario({
  name: 'replay',
  description: 'A broken mapping fails every event; mended, a replay delivers each once, as its dry run said.',
  sizes: { ci: { failedEvents: 1_000, rate: 200 }, release: { failedEvents: 10_000, rate: 500 } },
  run,
});

const good = torturedMapping(['segment']);
const broken = good.replace('name: Torture\n  id', 'name: \'=$require(data.object.nothing, "no such thing")\'\n  id');

async function run({ size: { failedEvents, rate }, seed }: Context<Size>): Promise<Report> {
  const random = seededRandom(seed);
  const sink = await startSink();
  const workspace = await createWorkspace({
    gateway: gatewayText({ segment: { url: sink.url } }),
    mappings: { 'all.yaml': broken },
  });
  try {
    const first = await workspace.start();
    const bodies = Array.from({ length: failedEvents }, (_, n) => stripeBody(`evt_${n}`));
    await sendAll(workspace.url, bodies, senders);
    await settled(workspace, settleMsMax);
    const failed = (await ask<Counts>(workspace, '/api/stats')).events.failed;
    const order = { filter: { status: 'failed' }, rate };
    const hopeless = await tell<Replay>(workspace, '/replays', { ...order, dry_run: true });
    await mend(workspace, { 'all.yaml': good });
    const plannedMs = performance.now();
    const plan = await tell<Replay>(workspace, '/replays', { ...order, dry_run: true });
    const planMs = Math.round(performance.now() - plannedMs);

    const { id } = await tell<Replay>(workspace, '/replays', order);
    const samples: Sample[] = [];
    const watching = ended(workspace, id, { withinMs: settleMsMax, samples });
    // A deploy in the middle, which goes on for a second while the proxies are told: the replay goes on afterwards, and
    // nothing is sent twice.
    await pause((0.2 + 0.4 * random()) * (failedEvents / rate) * 1_000);
    await first.end('SIGTERM');
    const before = sink.calls.length;
    const second = await workspace.start();
    const done = await watching;
    await settled(workspace, settleMsMax);
    const sent = sink.calls.length;
    const again = await runAgain(workspace, sink);
    const { deliveries, events } = await ask<Counts>(workspace, '/api/stats');
    await second.end('SIGTERM');
    return {
      goals: [
        exactly('events that failed', failed, failedEvents),
        exactly('of them hopeless by the dry run before the mapping is mended', hopeless.events.failed, failedEvents),
        none('counts of events in which dry run and replay differ', differing(plan.events, done.events)),
        none('counts of payloads in which dry run and replay differ', differing(plan.payloads, done.payloads)),
        exactly('events delivered', new Set(sink.calls.map(({ event }) => event)).size, failedEvents),
        none('payloads sent twice', sent - new Set(sink.calls.map(({ messageId }) => messageId)).size),
        none('events left failed', events.failed),
        exactly('deliveries', deliveries.delivered, failedEvents),
        none('payloads that a second replay sends', again.sent),
        exactly('events that a replay of everything leaves alone', again.left, failedEvents),
        atLeast('events still to go when the gateway stopped', failedEvents - before, 1),
        atMost('events that go in line in the busiest second', busiestSecond(samples), Math.round(rate * burst)),
      ],
      figures: { planMs, plan: plan.events, replay: done, rate, sentBeforeTheStop: before },
    };
  } finally {
    await workspace.remove();
    await sink.close();
  }
}

const differing = (planned: object, done: object): number =>
  Object.entries(planned).filter(([name, count]) => name in done && (done as Record<string, number>)[name] !== count)
    .length;

/** The same once more, and everything once more. */
async function runAgain(workspace: Workspace, sink: Sink): Promise<{ readonly sent: number; readonly left: number }> {
  const before = sink.calls.length;
  const same = await tell<Replay>(workspace, '/replays', { filter: { status: 'failed' }, rate: 10_000 });
  await ended(workspace, same.id, { withinMs: settleMsMax });
  const all = await tell<Replay>(workspace, '/replays', { filter: {}, rate: 10_000 });
  const { payloads } = await ended(workspace, all.id, { withinMs: settleMsMax });
  await settled(workspace, settleMsMax);
  return { sent: sink.calls.length - before, left: payloads.left_delivered ?? 0 };
}
