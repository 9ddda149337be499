import { readdirSync, readFileSync } from 'node:fs';

/** What a process and those it started use, as Linux counts it in /proc; elsewhere nothing is known. */
export interface TreeUse {
  readonly cpuMs: number;
  /** The largest that each of them has been, in MB: first the process itself. */
  readonly peakMb: readonly number[];
  /** What they hold now, in MB. */
  readonly rssMb: readonly number[];
}

const isMeasurable = process.platform === 'linux';

/** In which /proc counts CPU time; the same on every Linux of today. */
const tickMs = 10;

export function treeUse(pid: number): TreeUse {
  const pids = isMeasurable ? treeOf(pid) : [];
  const sizes = pids.map(memoryOf);
  return {
    cpuMs: pids.reduce((sum, one) => sum + cpuMsOf(one), 0),
    peakMb: sizes.map(({ peak }) => peak),
    rssMb: sizes.map(({ now }) => now),
  };
}

function treeOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statOf(Number(name))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (one: number): number[] => [one, ...(children.get(one) ?? []).flatMap(below)];
  return below(pid);
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

function memoryOf(pid: number): { readonly peak: number; readonly now: number } {
  const text = readProc(pid, 'status');
  const of = (key: string): number =>
    Math.round(Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1_024);
  return { peak: of('VmHWM'), now: of('VmRSS') };
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
