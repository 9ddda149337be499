import { monotonicMs } from '../monotonic-ms.ts';
import { Connection, type Target } from './connection.ts';
import type { Recorder } from './recorder.ts';
import type { Requests } from './request-template.ts';

export interface LoopParts {
  readonly targets: readonly Target[];
  readonly connections: number;
  readonly requests: Requests;
  readonly recorder: Recorder;
}

export interface ClosedLoop {
  readonly kind: 'closed';
  /** Requests begin as long as this, at most … */
  readonly durationMs: number;
  /** … and as many as this. */
  readonly requestsMax?: number;
}

export interface OpenLoop {
  readonly kind: 'open';
  readonly perSecond: number;
  readonly durationMs: number;
}

/** How long after the last request answers are waited for. */
const graceMs = 60_000;

/** Every connection sends its next request when the last one is answered: as fast as the other side takes them. */
export async function closedLoop(loop: ClosedLoop, parts: LoopParts): Promise<void> {
  const { requests, recorder } = parts;
  const most = loop.requestsMax ?? Number.POSITIVE_INFINITY;
  const endMs = monotonicMs() + loop.durationMs;
  const connections = connectionsOf(parts);
  const sending = connections.map(
    (connection) =>
      new Promise<void>((resolve) => {
        const next = (): void => {
          const sentMs = monotonicMs();
          if (sentMs >= endMs || recorder.sent >= most) return resolve();
          connection.send(requests.bytesOf(recorder.begin()), (status) => {
            recorder.record(status, monotonicMs() - sentMs);
            next();
          });
        };
        next();
      }),
  );
  await finished(Promise.all(sending), connections, loop.durationMs);
}

/**
 * So many requests a second, whatever becomes of them. Latency counts from when a request was to be sent: where all
 * connections are busy, the waiting is the other side's.
 */
export async function openLoop({ perSecond, durationMs }: OpenLoop, parts: LoopParts): Promise<void> {
  const { requests, recorder } = parts;
  const connections = connectionsOf(parts);
  const free = [...connections];
  const total = Math.round((perSecond * durationMs) / 1_000);
  const { startedMs } = recorder;
  let answered = 0;
  await finished(
    new Promise<void>((resolve) => {
      const sendDue = (): void => {
        const due = Math.min(total, Math.floor(((monotonicMs() - startedMs) * perSecond) / 1_000) + 1);
        while (recorder.sent < due) {
          const connection = free.pop();
          if (connection === undefined) return;
          const number = recorder.begin();
          connection.send(requests.bytesOf(number), (status) => {
            recorder.record(status, monotonicMs() - startedMs - (number * 1_000) / perSecond);
            free.push(connection);
            answered += 1;
            if (answered < total) return sendDue();
            clearInterval(ticking);
            resolve();
          });
        }
      };
      const ticking = setInterval(sendDue, 1);
    }),
    connections,
    durationMs,
  );
}

const connectionsOf = ({ targets, connections }: LoopParts): readonly Connection[] =>
  Array.from({ length: connections }, (_, index) => targets[index % targets.length]).flatMap((target) =>
    target === undefined ? [] : [new Connection(target)],
  );

/** The connections close, whether all is answered or not. */
async function finished(all: Promise<unknown>, connections: readonly Connection[], durationMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, durationMs + graceMs);
  });
  await Promise.race([all, late]);
  clearTimeout(timer);
  for (const connection of connections) connection.end();
}
