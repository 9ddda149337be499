import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Counts, createWorkspace } from '../support/gateway-process.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { type Answered, postWatched, refusalsNotAsPromised } from './answers.ts';
import { fullInProcess } from './full-in-process.ts';
import { atLeast, atMost, defineScenario, exactly, none, type Report } from './scenario.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { answerOk, startSink } from './sink.ts';

const mebibyte = 1024 * 1024;
/** What is delivered is let go after two seconds, so that purging has work while the disk is short. */
const keepDays = String(2 / 86_400);

export const diskfull = defineScenario({
  name: 'diskfull',
  description:
    'Fills the disk to the last byte, again and again: nothing is acknowledged that is not stored, and it goes on by itself.',
  sizes: { ci: { rounds: 5, diskMb: 24 }, release: { rounds: 50, diskMb: 24 } },
  run: async ({ size }) => {
    const disk = mountDisk(size.diskMb);
    // Where mounting is not allowed, SQLite is told that its file must not grow.
    return disk === undefined ? fullInProcess(size.rounds) : await onDisk(disk, size.rounds);
  },
});

interface Disk {
  readonly folder: string;
  unmount(): void;
}

function mountDisk(megabytes: number): Disk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'hookstitch-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', folder]);
  if (mounted.status !== 0) {
    rmdirSync(folder);
    return undefined;
  }
  return {
    folder,
    unmount: () => {
      spawnSync('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}

async function onDisk(disk: Disk, rounds: number): Promise<Report> {
  const sink = await startSink(answerOk);
  const workspace = await createWorkspace({
    gateway: gatewayText({ sink: { url: sink.url } }),
    mappings: { 'torture.yaml': torturedMapping(['sink']) },
    environment: { DATA_DIR: join(disk.folder, 'data'), KEEP_DELIVERED_DAYS: keepDays, KEEP_DEAD_DAYS: keepDays },
  });
  try {
    const gateway = await workspace.start();
    const sender = keepPosting(workspace.url);
    await until(() => sender.acknowledged.length > 50, 10_000);
    const backMs: number[] = [];
    let [refusedRounds, purged] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      // Below the reserve: what is there is delivered and let go, and nothing is taken.
      const before = sender.answers.length;
      fill(join(disk.folder, 'most'), reserveOf(disk) / 2);
      const storedBefore = await storedIn(workspace);
      await until(async () => (await storedIn(workspace)) < storedBefore, 20_000);
      purged += storedBefore - (await storedIn(workspace));
      // To the last byte.
      fill(join(disk.folder, 'rest'), 0);
      await pause(500);
      if (sender.answers.slice(before).some(({ status }) => status === 503)) refusedRounds += 1;
      for (const name of ['most', 'rest']) rmSync(join(disk.folder, name), { force: true });
      const [freedMs, count] = [performance.now(), sender.acknowledged.length];
      await until(() => sender.acknowledged.length > count, 30_000);
      backMs.push(performance.now() - freedMs);
      await pause(500);
    }
    await sender.stop();
    const known = await Promise.all(sender.acknowledged.map((id) => postWatched(workspace.url, stripeBody(id))));
    const exitCode = await gateway.end('SIGTERM');
    return {
      goals: [
        exactly('rounds in which it refused', refusedRounds, rounds),
        none('2xx without a row or the key of one', known.filter(({ duplicates }) => duplicates !== 1).length),
        none('refused otherwise than by 503 with Retry-After', refusalsNotAsPromised(sender.answers)),
        atMost('accepts again after', Math.max(...backMs), 5_000, 'ms'),
        atLeast('events let go while it was short', purged, rounds),
        exactly('exit code', exitCode ?? -1, 0),
      ],
      figures: {
        acknowledged: sender.acknowledged.length,
        answers: sender.answers.length,
        delivered: sink.calls.length,
      },
    };
  } finally {
    await sink.close();
    await workspace.remove();
    disk.unmount();
  }
}

/** As the gateway reckons it by default. */
function reserveOf({ folder }: Disk): number {
  const { blocks, bsize } = statfsSync(folder);
  return Math.min(Math.max(256 * mebibyte, (blocks * bsize) / 20), (blocks * bsize) / 5);
}

/** Writes a file until so much is left. */
function fill(file: string, leaveBytes: number): void {
  const descriptor = openSync(file, 'w');
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(file);
      const more = Math.min(bavail * bsize - leaveBytes, mebibyte);
      if (more <= 0) return;
      writeSync(descriptor, Buffer.alloc(more, 'x'));
    }
  } catch (error) {
    // Somebody else wrote meanwhile: the disk is full, as it should be.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function storedIn(workspace: Parameters<typeof ask>[0]): Promise<number> {
  const { events } = await ask<Counts>(workspace, '/api/stats');
  return Object.values(events).reduce((sum, count) => sum + count, 0);
}

interface Posting {
  readonly acknowledged: readonly string[];
  readonly answers: readonly Answered[];
  stop(): Promise<void>;
}

function keepPosting(url: string): Posting {
  const acknowledged: string[] = [];
  const answers: Answered[] = [];
  let isPosting = true;
  const posting = (async () => {
    for (let n = 0; isPosting; n += 1) {
      const answered = await postWatched(url, stripeBody(`evt_${n}`));
      answers.push(answered);
      if (answered.status === 200) acknowledged.push(`evt_${n}`);
      await pause(10);
    }
  })();
  return {
    acknowledged,
    answers,
    stop: async () => {
      isPosting = false;
      await posting;
    },
  };
}

async function until(isReached: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isReached())) {
    if (performance.now() > deadline) return;
    await pause(50);
  }
}
