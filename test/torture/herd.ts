import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Counts, createWorkspace, settled } from '../support/gateway-process.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { judgeCopies } from './copies.ts';
import { atMost, type Context, defineScenario, exactly, none, type Report } from './scenario.ts';
import { sendAll } from './senders.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { startSink } from './sink.ts';

const settleMsMax = 600_000;
const senders = 8;
/** After the last event has come: several probes find the destination away. */
const downMs = 3_000;
const burstMs = 100;
const burstMax = 3;

type Size = { readonly waiting: number; readonly rate: number };

export const herd = defineScenario({
  name: 'herd',
  description: 'A destination comes back with thousands waiting for it: they arrive at the configured rate, evenly.',
  sizes: { ci: { waiting: 5_000, rate: 250 }, release: { waiting: 50_000, rate: 250 } },
  run,
});

async function run({ size: { waiting, rate } }: Context<Size>): Promise<Report> {
  const sink = await startSink();
  const settings = {
    rate,
    retry: { base_ms: 200, cap_ms: 1_000 },
    circuit: { failures: 10, wait_ms: 500, wait_max_ms: 1_000 },
  };
  const workspace = await createWorkspace({
    gateway: gatewayText({ sink: { url: sink.url, settings } }),
    mappings: { 'torture.yaml': torturedMapping(['sink']) },
  });
  try {
    const gateway = await workspace.start();
    await sink.close();
    const ids = Array.from({ length: waiting }, (_, number) => `evt_${number}`);
    await sendAll(
      workspace.url,
      ids.map((id) => stripeBody(id)),
      senders,
    );
    await pause(downMs);
    await sink.open();
    await settled(workspace, settleMsMax);
    const { deliveries } = await ask<Counts>(workspace, '/api/stats');
    await gateway.end('SIGTERM');
    const arrivals = sink.calls.map(({ arrivedAtMs }) => arrivedAtMs);
    // The first tenth of a second may bring what an allowance that was not used has gathered.
    const steady = arrivals.filter((atMs) => atMs > (arrivals[0] ?? 0) + burstMs);
    const seconds = ((steady.at(-1) ?? 0) - (steady[0] ?? 0)) / 1_000;
    const mean = (steady.length - 1) / seconds;
    const { lost, copies } = judgeCopies({ calls: sink.calls, acknowledged: ids });
    return {
      goals: [
        atMost('requests a second', Math.round(mean), rate),
        atMost('requests in the busiest 100 ms', busiest(arrivals, burstMs), (burstMax * rate * burstMs) / 1_000),
        none('events lost', lost),
        none('copies', copies),
        exactly('delivered', deliveries.delivered, waiting),
      ],
      figures: { seconds, busiestSecond: busiest(arrivals, 1_000) },
    };
  } finally {
    await sink.close();
    await workspace.remove();
  }
}

/** The most arrivals within so many milliseconds, wherever they begin. */
function busiest(arrivals: readonly number[], withinMs: number): number {
  let [most, first] = [0, 0];
  for (const [last, atMs] of arrivals.entries()) {
    while ((arrivals[first] ?? 0) <= atMs - withinMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
