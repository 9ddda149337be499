import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { ask, createWorkspace } from '../support/gateway-process.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { type Answered, postWatched, refusalsNotAsPromised } from './answers.ts';
import { quantile } from './quantile.ts';
import { atLeast, atMost, defineScenario, exactly, none } from './scenario.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { answerOk, startSink } from './sink.ts';
import { watchHealth } from './watch-health.ts';

export const locked = defineScenario({
  name: 'locked',
  description:
    'Another process holds the write lock of the database: the gateway refuses at once and its event loop never waits.',
  sizes: { ci: { seconds: 30, senders: 4 }, release: { seconds: 120, senders: 16 } },
  run: async ({ size }) => {
    const sink = await startSink(answerOk);
    const workspace = await createWorkspace({
      gateway: gatewayText({ sink: { url: sink.url } }),
      mappings: { 'torture.yaml': torturedMapping(['sink']) },
    });
    try {
      const gateway = await workspace.start();
      const before = await postWatched(workspace.url, stripeBody('evt_before'));
      const other = new Database(join(workspace.folder, 'data', 'hookstitch.db'), { timeout: 5_000 });
      other.exec('begin immediate');
      const health = watchHealth(workspace.url);
      const endsMs = performance.now() + size.seconds * 1_000;
      const answersOf = async (sender: number) => {
        const answers: Answered[] = [];
        for (let n = 0; performance.now() < endsMs; n += 1) {
          answers.push(await postWatched(workspace.url, stripeBody(`evt_${sender}_${n}`)));
          await pause(50);
        }
        return answers;
      };
      const answers = (await Promise.all(Array.from({ length: size.senders }, (_, n) => answersOf(n)))).flat();
      const readMs = await timed(() => ask(workspace, '/api/events'));
      const healthMs = await health.stop();
      other.close();
      const freedMs = performance.now();
      while ((await postWatched(workspace.url, stripeBody('evt_after'))).status !== 200) await pause(20);
      const backMs = performance.now() - freedMs;
      const { events } = await ask<{ events: Record<string, number> }>(workspace, '/api/stats');
      const exitCode = await gateway.end('SIGTERM');
      return {
        goals: [
          exactly('answers before the lock', before.status, 200),
          atLeast('requests while it was held', answers.length, size.seconds),
          none('of them answered 2xx', answers.filter(({ status }) => status === 200).length),
          none('refused otherwise than by 503 with Retry-After', refusalsNotAsPromised(answers)),
          atMost('slowest refusal', Math.max(...answers.map(({ ms }) => ms)), 1_000, 'ms'),
          atMost('health p99', quantile(healthMs, 0.99), 100, 'ms'),
          atMost('reading meanwhile', readMs, 250, 'ms'),
          atMost('accepts again after', backMs, 5_000, 'ms'),
          exactly(
            'events stored',
            Object.values(events).reduce((sum, count) => sum + count, 0),
            2,
          ),
          exactly('exit code', exitCode ?? -1, 0),
        ],
        figures: {
          requests: answers.length,
          healthAsked: healthMs.length,
          healthMaxMs: Math.round(Math.max(...healthMs)),
        },
      };
    } finally {
      await sink.close();
      await workspace.remove();
    }
  },
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
