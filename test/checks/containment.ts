import { setTimeout as pause } from 'node:timers/promises';
import { createWorkspace, settled, type Workspace } from './gateway-process.ts';
import { postStripe, stripeBody, stripeSecret } from './stripe-sender.ts';

/** Mappings that never end or eat memory: each ends in time, only its own event fails, and the receiver does not notice. */

const endMsMax = 1_500;
const healthMsMax = 250;

const bombs: Readonly<Record<string, string>> = {
  endless_loop: '($f := function($n){ $f($n + 1) }; $f(1))',
  endless_recursion: '($f := function($n){ 1 + $f($n + 1) }; $f(1))',
  catastrophic_regex: '$match($pad("", 40, "a") & "!", /^(a+)+$/)',
  memory_bomb: '$replace($pad("x", 3000000, "a"), /a/, "bbbbbbbbbb")',
};

interface BombReport {
  readonly bomb: string;
  readonly endedMs: number;
  readonly status: string;
  readonly reason: string | null;
}

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

const gatewayText = `version: 1
sources: { stripe: { type: stripe, secret: ${stripeSecret} } }
destinations: { debug: { type: console } }
`;

async function containmentCheck(): Promise<boolean> {
  const files = Object.entries(bombs).map(([type, expression]) => [`${type}.yaml`, mapping(type, expression)]);
  const workspace = await createWorkspace({
    gateway: gatewayText,
    mappings: { ...Object.fromEntries(files), 'good.yaml': mapping('good', '"Good"') },
  });
  const gateway = await workspace.start();
  const health = watchHealth(workspace.url);
  const reports: BombReport[] = [];
  for (const bomb of Object.keys(bombs)) {
    await postStripe(workspace.url, stripeBody(`evt_before_${bomb}`, 'good'));
    reports.push(await explode(workspace, bomb));
    await postStripe(workspace.url, stripeBody(`evt_after_${bomb}`, 'good'));
    await settled(workspace, 10_000);
  }
  const good = await eventsOf(workspace, 'type=good');
  const healthMs = await health.stop();
  await gateway.end('SIGTERM');
  await workspace.remove();
  const goodTranslated = good.filter(({ status }) => status === 'translated').length;
  process.stdout.write(
    `${JSON.stringify({ reports, goodTranslated, goodSent: good.length, healthMsWorst: Math.round(healthMs) })}\n`,
  );
  return (
    reports.every(({ endedMs, status }) => endedMs <= endMsMax && status === 'failed') &&
    goodTranslated === good.length &&
    healthMs <= healthMsMax
  );
}

async function explode(workspace: Workspace, bomb: string): Promise<BombReport> {
  const startedMs = performance.now();
  await postStripe(workspace.url, stripeBody(`evt_${bomb}`, bomb));
  for (;;) {
    const [event] = await eventsOf(workspace, `type=${bomb}`);
    if (event !== undefined && event.status !== 'received') {
      return { bomb, endedMs: Math.round(performance.now() - startedMs), status: event.status, reason: event.reason };
    }
    await pause(10);
  }
}

interface Summary {
  readonly status: string;
  readonly reason: string | null;
}

async function eventsOf({ adminUrl, token }: Workspace, query: string): Promise<readonly Summary[]> {
  const answer = await fetch(`${adminUrl}/api/events?${query}`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { items: readonly Summary[] }).items;
}

/** Asks for /healthz over and over; the slowest answer, in milliseconds. */
function watchHealth(url: string): { stop(): Promise<number> } {
  let watching = true;
  let worst = 0;
  const watch = (async () => {
    while (watching) {
      const startedMs = performance.now();
      await (await fetch(`${url}/healthz`)).arrayBuffer();
      worst = Math.max(worst, performance.now() - startedMs);
      await pause(5);
    }
  })();
  return {
    stop: async () => {
      watching = false;
      await watch;
      return worst;
    },
  };
}

process.exitCode = (await containmentCheck()) ? 0 : 1;
