import type { RunningContender } from './contenders/contender.ts';
import type { LoadCommands, LoadOutcome, LoadPlan } from './load.ts';
import type { SinkCommands } from './sink.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** The load generator and the sink, between which contenders come and go. */
export interface Stage {
  readonly load: WorkerProcess<LoadCommands>;
  readonly sink: WorkerProcess<SinkCommands>;
  readonly sinkUrl: string;
  readonly seed: number;
}

export async function onStage<Result>(seed: number, play: (stage: Stage) => Promise<Result>): Promise<Result> {
  const load = startWorkerProcess<LoadCommands>(new URL('load.ts', import.meta.url));
  const sink = startWorkerProcess<SinkCommands>(new URL('sink.ts', import.meta.url));
  try {
    const port = await sink.call('listen', undefined);
    return await play({ load, sink, sinkUrl: `http://127.0.0.1:${port}`, seed });
  } finally {
    load.end();
    sink.end();
  }
}

/** What is sent to a contender; `first` is the number of its first event. */
export type Sending = Pick<LoadPlan, 'connections' | 'loop' | 'signedAhead' | 'first'>;

export const sendLoad = (
  { targets, path }: Pick<RunningContender, 'targets' | 'path'>,
  { load, seed }: Stage,
  plan: Sending,
): Promise<LoadOutcome> =>
  load.call('run', { sender: path.includes('hubspot') ? 'hubspot' : 'stripe', targets, path, seed, ...plan });
