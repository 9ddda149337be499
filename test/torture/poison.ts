import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../sources/mutants.ts';
import { ask, type Counts, createWorkspace, settled, type Workspace } from '../support/gateway-process.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';
import { bombs } from './bombs.ts';
import { quantile } from './quantile.ts';
import { ended, mend, type Replay, tell } from './repairs.ts';
import { atMost, type Context, defineScenario, exactly, none, type Report } from './scenario.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { startSink } from './sink.ts';
import { watchHealth } from './watch-health.ts';

const settleMsMax = 600_000;
const triesMax = 3;
const healthMsMax = 250;
const acceptMsMax = 1_000;
const senders = 8;

type Size = { readonly events: number; readonly poisoned: number };

export const poison = defineScenario({
  name: 'poison',
  description:
    'Events that throw, hang or blow up their evaluator among others: only they fail, and a replay delivers them once mended.',
  sizes: { ci: { events: 1_000, poisoned: 10 }, release: { events: 10_000, poisoned: 100 } },
  run,
});

/** Throws, hangs in our guardrails, hangs beyond them, eats memory. */
const poisons: Readonly<Record<string, string>> = {
  throws: '$require(data.object.nothing, "no such thing")',
  loops: bombs.endless_loop ?? '',
  hangs: bombs.catastrophic_regex ?? '',
  explodes: bombs.replace_memory ?? '',
};
const kinds = Object.keys(poisons);

const good = (type: string): string => torturedMapping(['segment'], type);
const bad = (type: string): string => good(type).replace('name: Torture\n  id', `name: |\n    =${poisons[type]}\n  id`);
const filesOf = (text: (type: string) => string) =>
  Object.fromEntries(kinds.map((type) => [`${type}.yaml`, text(type)]));

async function run({ size: { events, poisoned }, seed }: Context<Size>): Promise<Report> {
  const sink = await startSink();
  const workspace = await createWorkspace({
    gateway: gatewayText({ segment: { url: sink.url } }),
    mappings: { ...filesOf(bad), 'good.yaml': good('good') },
  });
  try {
    const gateway = await workspace.start();
    const health = watchHealth(workspace.url);
    const acceptMs = await send(workspace, typesOf({ events, poisoned }, seed));
    await settled(workspace, settleMsMax);
    const healthMs = await health.stop();
    const deliveredFirst = sink.calls.length;
    const failed = await failedEvents(workspace);
    const groups = await ask<{ events: readonly { reason: string; count: number }[] }>(workspace, '/api/problems');
    const isAlive = gateway.child.exitCode === null && gateway.child.signalCode === null;

    await mend(workspace, filesOf(good));
    const { id } = await tell<Replay>(workspace, '/replays', { filter: { status: 'failed' } });
    const replayed = await ended(workspace, id, { withinMs: settleMsMax });
    await settled(workspace, settleMsMax);
    const stats = await ask<Counts>(workspace, '/api/stats');
    await gateway.end('SIGTERM');
    return {
      goals: [
        exactly('other events delivered while the mappings are bad', deliveredFirst, events - poisoned),
        exactly(
          'poisoned events failed, with a reason',
          failed.filter(({ reason }) => reason !== null).length,
          poisoned,
        ),
        exactly('poisoned events that the problems show', sum(groups.events.map(({ count }) => count)), poisoned),
        atMost('most tries of a poisoned event', Math.max(...failed.map(({ tries }) => tries)), triesMax),
        atMost('slowest 1 % of accepted requests', quantile(acceptMs, 0.99), acceptMsMax, 'ms'),
        atMost('health answers, p99', quantile(healthMs, 0.99), healthMsMax, 'ms'),
        exactly('processes alive at the end', isAlive ? 1 : 0, 1),
        exactly('poisoned events that the replay translates', replayed.events.translated, poisoned),
        exactly('events delivered', new Set(sink.calls.map(({ event }) => event)).size, events),
        none('payloads sent twice', sink.calls.length - new Set(sink.calls.map(({ messageId }) => messageId)).size),
        none('events left failed', stats.events.failed),
      ],
      figures: { problems: groups.events, acceptMsWorst: Math.round(Math.max(...acceptMs)) },
    };
  } finally {
    await workspace.remove();
    await sink.close();
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

/** The type of each event: where the poisoned ones are is drawn, of which kind goes round. */
function typesOf({ events, poisoned }: Size, seed: number): readonly string[] {
  const random = seededRandom(seed);
  const places = new Set<number>();
  while (places.size < poisoned) places.add(Math.floor(random() * events));
  let next = 0;
  return Array.from({ length: events }, (_, n) => (places.has(n) ? (kinds[next++ % kinds.length] ?? 'good') : 'good'));
}

/** Each has to be answered 200; how long that took. */
async function send({ url }: Workspace, types: readonly string[]): Promise<readonly number[]> {
  const tookMs: number[] = [];
  let next = 0;
  const sendSome = async (): Promise<void> => {
    for (let at = next++; at < types.length; at = next++) {
      const startedMs = performance.now();
      const status = await postStripe(url, stripeBody(`evt_${at}`, types[at], { size: 1 }));
      if (status !== 200) throw new Error(`an event was answered ${status}`);
      tookMs.push(performance.now() - startedMs);
      await pause(5);
    }
  };
  await Promise.all(Array.from({ length: senders }, sendSome));
  return tookMs;
}

interface Failed {
  readonly id: string;
  readonly reason: string | null;
}

async function failedEvents(workspace: Workspace): Promise<readonly (Failed & { readonly tries: number })[]> {
  const { items } = await ask<{ items: readonly Failed[] }>(workspace, '/api/events?status=failed&limit=200');
  return Promise.all(items.map((event) => ask<Failed & { tries: number }>(workspace, `/api/events/${event.id}`)));
}
