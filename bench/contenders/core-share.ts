import { accessSync, constants, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { treeOf } from '../measure/process-tree.ts';

/** The longest a process runs before its share is reckoned anew, in µs: Linux's default. */
const periodUs = 100_000;

interface CoreShare {
  /** Resolves when the last of its processes, which end by themselves, is gone. */
  remove(): Promise<void>;
}

const lookAgainMs = 20;
const endMsMax = 5_000;

/** Linux's control groups of CPU time: version 1, or 2 where the root hands out `cpu`. */
const groups = [
  {
    root: '/sys/fs/cgroup/cpu',
    marker: 'cpu.cfs_quota_us',
    limits: (quotaUs: number) => ({ 'cpu.cfs_period_us': periodUs, 'cpu.cfs_quota_us': quotaUs }),
  },
  {
    root: '/sys/fs/cgroup',
    marker: 'cgroup.controllers',
    limits: (quotaUs: number) => ({ 'cpu.max': `${quotaUs} ${periodUs}` }),
  },
] as const;

const group = groups.find(({ root, marker }) => existsSync(`${root}/${marker}`) || existsSync(`${root}/tasks`));

/** Whether this process may hold others to a share: for the most part it has to be root on Linux. */
export async function canShareCores(): Promise<boolean> {
  if (group === undefined) return false;
  try {
    accessSync(group.root, constants.W_OK);
    await holdTo(1, []).remove();
    return true;
  } catch {
    return false;
  }
}

let made = 0;

/** Holds processes and their children to a part of a core, as a small machine of their own would. */
export function holdTo(cores: number, pids: readonly number[]): CoreShare {
  if (group === undefined) throw new Error('there are no control groups here');
  made += 1;
  const folder = `${group.root}/hookstitch-bench-${process.pid}-${made}`;
  mkdirSync(folder);
  for (const [file, limit] of Object.entries(group.limits(cores * periodUs)))
    writeFileSync(`${folder}/${file}`, `${limit}`);
  for (const pid of treeOf(pids)) writeFileSync(`${folder}/cgroup.procs`, `${pid}`);
  return { remove: () => removed(folder, performance.now() + endMsMax) };
}

async function removed(folder: string, untilMs: number): Promise<void> {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (performance.now() > untilMs) throw error;
    await pause(lookAgainMs);
    await removed(folder, untilMs);
  }
}
