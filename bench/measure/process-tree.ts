import { readdirSync, readFileSync } from 'node:fs';

/** What processes and those they started use, as Linux counts it in /proc; elsewhere nothing is known. */
export interface TreeUse {
  readonly cpuMs: number;
  /** In MB: of the processes themselves, and of those they started. */
  readonly own: Memory;
  readonly children: Memory;
}

interface Memory {
  /** The sum of the largest that each has been. */
  readonly peak: number;
  readonly now: number;
}

const isMeasurable = process.platform === 'linux';

/** In which /proc counts CPU time; the same on every Linux of today. */
const tickMs = 10;

export function treeUse(pids: readonly number[]): TreeUse {
  if (!isMeasurable) return { cpuMs: Number.NaN, own: unknown, children: unknown };
  const all = treeOf(pids);
  return {
    cpuMs: all.reduce((sum, pid) => sum + cpuMsOf(pid), 0),
    own: memoryOf(pids),
    children: memoryOf(all.filter((pid) => !pids.includes(pid))),
  };
}

const unknown: Memory = { peak: Number.NaN, now: Number.NaN };

/** They and all that they started. */
export function treeOf(pids: readonly number[]): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statOf(Number(name))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (one: number): number[] => [one, ...(children.get(one) ?? []).flatMap(below)];
  return pids.flatMap(below);
}

/** Its own time and that of children it has waited for. */
const cpuMsOf = (pid: number): number =>
  statOf(pid)
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks) * tickMs, 0);

/** The fields behind the name, which may hold spaces: state, parent, … */
function statOf(pid: number): readonly string[] {
  const text = readProc(pid, 'stat');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function memoryOf(pids: readonly number[]): Memory {
  const texts = pids.map((pid) => readProc(pid, 'status'));
  const sum = (key: string): number =>
    texts.reduce(
      (total, text) => total + Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1_024,
      0,
    );
  return { peak: sum('VmHWM'), now: sum('VmRSS') };
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
