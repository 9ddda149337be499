import { atMost, type Goal, none } from './scenario.ts';
import type { SinkCall } from './sink.ts';

/** What a sink's calls say of lost events and of copies. */
export interface Copies {
  readonly lost: number;
  /** Arrivals of an event after its first; at-least-once allows those of what was under way at a kill. */
  readonly copies: number;
  /** The most copies of what one process left under way when it was killed. */
  readonly copiesOfOneKillMax: number;
  /** Copies that the same process sent which had sent the one before. */
  readonly copiesWithoutKill: number;
  /** Events whose copies differ in their id or in a byte. */
  readonly changed: number;
}

export interface Sent {
  readonly calls: readonly SinkCall[];
  readonly acknowledged: readonly string[];
  /** When a killed process was gone and the next one not yet there, in order. */
  readonly killedAtMs?: readonly number[];
}

export function judgeCopies({ calls, acknowledged, killedAtMs = [] }: Sent): Copies {
  const byEvent = Map.groupBy(calls, ({ event }) => event);
  const processOf = ({ arrivedAtMs }: SinkCall): number => killedAtMs.findLastIndex((atMs) => atMs < arrivedAtMs) + 1;
  const leftBy = new Map<number, number>();
  const judged = { copies: 0, copiesWithoutKill: 0, changed: 0 };
  for (const arrivals of byEvent.values()) {
    judged.copies += arrivals.length - 1;
    if (new Set(arrivals.map(({ text }) => text)).size > 1) judged.changed += 1;
    const processes = arrivals.map(processOf);
    for (const [index, process] of processes.slice(0, -1).entries()) {
      leftBy.set(process, (leftBy.get(process) ?? 0) + 1);
      if (processes[index + 1] === process) judged.copiesWithoutKill += 1;
    }
  }
  const lost = acknowledged.filter((id) => !byEvent.has(id)).length;
  return { lost, ...judged, copiesOfOneKillMax: Math.max(0, ...leftBy.values()) };
}

/** Nothing lost; nothing doubled but what was under way at a kill, and that as it was. */
export const copyGoals = (copies: Copies, concurrency: number): readonly Goal[] => [
  none('acknowledged events lost', copies.lost),
  atMost('copies of what one kill left under way', copies.copiesOfOneKillMax, concurrency),
  none('copies sent by one and the same process', copies.copiesWithoutKill),
  none('events whose copies differ in id or bytes', copies.changed),
];
