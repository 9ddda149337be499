import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../sources/mutants.ts';
import { ask, createWorkspace, settled, type Workspace } from '../support/gateway-process.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';
import { bombs } from './bombs.ts';
import { quantile } from './quantile.ts';
import { atMost, type Context, defineScenario, exactly, none, type Report } from './scenario.ts';
import { gatewayText } from './setup.ts';
import { watchHealth } from './watch-health.ts';
import { watchMemory } from './watch-memory.ts';

const endMsMax = 1_500;
const giveUpMs = 30_000;
const healthMsMax = 250;
const memoryMbMax = 50;

type Size = { readonly roundsOfBombs: number };

export const sandbox = defineScenario({
  name: 'sandbox',
  description:
    'Mappings that never end or eat memory: each ends in time, only its own event fails, nobody else notices.',
  sizes: { ci: { roundsOfBombs: 1 }, release: { roundsOfBombs: 10 } },
  run,
});

const mapping = (type: string, name: string): string => `version: 1
name: ${type}
source: stripe
events: ${type}
event:
  name: |
    =${name}
  id: =id
  user: { id: =data.object.customer }
destinations: [debug]
`;

async function run({ size: { roundsOfBombs }, seed }: Context<Size>): Promise<Report> {
  const random = seededRandom(seed);
  const files = Object.entries(bombs).map(([type, expression]) => [`${type}.yaml`, mapping(type, expression)]);
  const workspace = await createWorkspace({
    gateway: gatewayText({}, { debug: { type: 'console' } }),
    mappings: { ...Object.fromEntries(files), 'good.yaml': mapping('good', '"Good"') },
  });
  try {
    const gateway = await workspace.start();
    await postStripe(workspace.url, stripeBody('evt_first', 'good'));
    await settled(workspace, giveUpMs);
    const [health, memory] = [watchHealth(workspace.url), watchMemory(gateway)];
    const fates: Fate[] = [];
    let goodSent = 1;
    for (let round = 0; round < roundsOfBombs; round += 1) {
      for (const bomb of Object.keys(bombs)) {
        await postStripe(workspace.url, stripeBody(`evt_before_${bomb}_${round}`, 'good'));
        fates.push(await explode(workspace, bomb, { round, size: 1 + Math.floor(random() * 10) }));
        await postStripe(workspace.url, stripeBody(`evt_after_${bomb}_${round}`, 'good'));
        goodSent += 2;
        // The evaluator that died is back: its start is not the next one's time.
        await settled(workspace, giveUpMs);
      }
    }
    await settled(workspace, giveUpMs);
    const healthMs = await health.stop();
    const grownMb = memory.grownMb();
    memory.stop();
    const good = await translatedOf(workspace, 'good', goodSent);
    const isAlive = gateway.child.exitCode === null && gateway.child.signalCode === null;
    await gateway.end('SIGTERM');
    return {
      goals: [
        atMost('slowest end of a bomb', Math.max(...fates.map(({ endedMs }) => endedMs)), endMsMax, 'ms'),
        none('other events that were not translated', goodSent - good),
        atMost('health answers, p99', quantile(healthMs, 0.99), healthMsMax, 'ms'),
        atMost("growth of the gateway's memory", grownMb, memoryMbMax, 'MB'),
        exactly('processes alive at the end', isAlive ? 1 : 0, 1),
      ],
      figures: { bombs: fates, healthMsWorst: Math.round(Math.max(...healthMs)) },
    };
  } finally {
    await workspace.remove();
  }
}

interface Fate {
  readonly bomb: string;
  readonly size: number;
  readonly endedMs: number;
  readonly status: string;
  readonly reason: string | null;
}

async function explode(
  workspace: Workspace,
  bomb: string,
  { round, size }: { readonly round: number; readonly size: number },
): Promise<Fate> {
  const startedMs = performance.now();
  const id = `evt_${bomb}_${round}`;
  await postStripe(workspace.url, stripeBody(id, bomb, { size }));
  for (;;) {
    const { items } = await ask<Events>(workspace, `/api/events?type=${bomb}&limit=1`);
    const [event] = items;
    const endedMs = Math.round(performance.now() - startedMs);
    if (event?.external_id === id && event.status !== 'received') {
      return { bomb, size, endedMs, status: event.status, reason: event.reason };
    }
    if (endedMs > giveUpMs) return { bomb, size, endedMs, status: 'received', reason: null };
    await pause(10);
  }
}

interface Events {
  readonly items: readonly { readonly external_id: string; readonly status: string; readonly reason: string | null }[];
  readonly next_cursor: string | null;
}

/** How many events of the type are translated, of at most `limit`. */
async function translatedOf(workspace: Workspace, type: string, limit: number): Promise<number> {
  let [found, cursor] = [0, ''];
  for (let read = 0; read < limit; ) {
    const page = await ask<Events>(workspace, `/api/events?type=${type}&status=translated&limit=100${cursor}`);
    found += page.items.length;
    read += 100;
    if (page.next_cursor === null) break;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
  return found;
}
