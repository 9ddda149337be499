import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../sources/mutants.ts';
import { createWorkspace, settled } from '../support/gateway-process.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { copyGoals, judgeCopies } from './copies.ts';
import { quantile } from './quantile.ts';
import { atLeast, defineScenario, type Report } from './scenario.ts';
import { keepSending, type Senders } from './senders.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { type Answering, answerOk, startSink } from './sink.ts';

/** A lease that a kill left behind lasts a minute. */
const settleMsMax = 180_000;
/** A gateway that is killed all the time delivers little; what it has not is to be delivered within that. */
const backlogMax = 1_000;
const concurrency = 8;

export const crash = defineScenario({
  name: 'crash',
  description: 'Kills the gateway again and again under load: what was answered 200 arrives.',
  sizes: { ci: { kills: 25, senders: 16 }, release: { kills: 200, senders: 16 } },
  run: (context) => killed({ ...context, answering: answerOk, everyMs: 40 }),
});

interface Kills {
  readonly size: { readonly kills: number; readonly senders: number };
  readonly seed: number;
  readonly answering: Answering;
  /** Pause of each sender between two events. */
  readonly everyMs: number;
}

/** SIGKILL at random moments under senders who send again what was not acknowledged. */
export async function killed({ size, seed, answering, everyMs }: Kills): Promise<Report> {
  const random = seededRandom(seed);
  const sink = await startSink(answering);
  const workspace = await createWorkspace({
    gateway: gatewayText({ sink: { url: sink.url, settings: { concurrency } } }),
    mappings: { 'torture.yaml': torturedMapping(['sink']) },
  });
  let senders: Senders | undefined;
  try {
    const first = await workspace.start();
    const event = (number: number) => ({ id: `evt_${number}`, body: stripeBody(`evt_${number}`) });
    const isTooMuch = (acknowledged: number): boolean => acknowledged - sink.calls.length > backlogMax;
    senders = keepSending({ url: workspace.url, senders: size.senders, event, everyMs, isTooMuch });
    let gateway = first;
    const killedAtMs: number[] = [];
    const startsMs: number[] = [];
    for (let kill = 0; kill < size.kills; kill += 1) {
      await pause(50 + random() * 300);
      await gateway.end('SIGKILL');
      // What it had sent is read by now, and no process starts as fast.
      await pause(20);
      killedAtMs.push(Date.now());
      const startedMs = performance.now();
      gateway = await workspace.start();
      startsMs.push(performance.now() - startedMs);
    }
    await senders.stop(10_000);
    const stoppedMs = performance.now();
    await settled(workspace, settleMsMax);
    const settledMs = Math.round(performance.now() - stoppedMs);
    await gateway.end('SIGTERM');
    const { acknowledged } = senders;
    const copies = judgeCopies({ calls: sink.calls, acknowledged, killedAtMs });
    return {
      goals: [atLeast('acknowledged events', acknowledged.length, size.kills), ...copyGoals(copies, concurrency)],
      figures: {
        acknowledged: acknowledged.length,
        ...copies,
        medianStartMs: Math.round(quantile(startsMs, 0.5)),
        settledMs,
      },
    };
  } finally {
    await senders?.stop();
    await sink.close();
    await workspace.remove();
  }
}
