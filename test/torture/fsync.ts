import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createWorkspace, type Workspace } from '../support/gateway-process.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';
import { defineScenario, exactly, type Goal } from './scenario.ts';
import { gatewayText } from './setup.ts';

const calls = 'trace=pwrite64,pwritev,fsync,fdatasync,write,writev,sendto,sendmsg';
const attachMsMax = 10_000;

export const fsync = defineScenario({
  name: 'fsync',
  description:
    'Watches the system calls of a gateway: no answer 2xx leaves before what it acknowledges was synced to the disk.',
  sizes: { ci: { acknowledgements: 20 }, release: { acknowledgements: 1_000 } },
  run: async ({ size: { acknowledgements } }) => {
    const workspace = await createWorkspace({ gateway: gatewayText({}), mappings: {} });
    try {
      const goals: Goal[] = [];
      // The second time, SQLite opens a file that is there: its default is another one then.
      for (const opened of ['new', 're-opened']) {
        const synced = await syncedIn(workspace, { opened, acknowledgements });
        goals.push(exactly(`acknowledgements after a sync, on a ${opened} database`, synced, acknowledgements));
      }
      return { goals, figures: {} };
    } finally {
      await workspace.remove();
    }
  },
});

interface Traced {
  readonly opened: string;
  readonly acknowledgements: number;
}

async function syncedIn(workspace: Workspace, { opened, acknowledgements }: Traced): Promise<number> {
  const gateway = await workspace.start();
  const file = join(workspace.folder, `trace-${opened}`);
  const strace = spawn('strace', ['-f', '-y', '-s', '64', '-e', calls, '-o', file, '-p', String(gateway.child.pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(strace, 'exit');
  await attached(strace.stderr);
  for (let n = 0; n < acknowledgements; n += 1) await postStripe(workspace.url, stripeBody(`evt_${opened}_${n}`));
  strace.kill('SIGINT');
  await ended;
  await gateway.end('SIGTERM');
  return countSynced((await readFile(file, 'utf8')).split('\n'));
}

async function attached(stderr: NodeJS.ReadableStream): Promise<void> {
  let said = '';
  stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const deadline = performance.now() + attachMsMax;
  while (!said.includes('attached')) {
    if (performance.now() > deadline) throw new Error(`strace did not attach: ${said}`);
    await pause(20);
  }
}

/** Answers 200 before which the log was written, and then synced, since the answer before. */
function countSynced(lines: readonly string[]): number {
  let [isWritten, isSynced, synced] = [false, false, 0];
  for (const line of lines) {
    if (/pwrite(64|v)\(\d+<[^>]*hookstitch\.db-wal>/.test(line)) [isWritten, isSynced] = [true, false];
    else if (isWritten && /f(data)?sync\(\d+<[^>]*hookstitch\.db-wal>/.test(line)) isSynced = true;
    else if (/(write|writev|sendto|sendmsg)\(.*"HTTP\/1\.1 200 OK/.test(line)) {
      if (isWritten && isSynced) synced += 1;
      [isWritten, isSynced] = [false, false];
    }
  }
  return synced;
}
