import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GatewayError } from '../../model/error.ts';
import type { Findings } from '../found-damages.ts';

/** The same extension as this file's: `.ts` from the sources, `.js` from the build. */
const childFile = fileURLToPath(
  new URL(`./examine-child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url),
);

/** Looks at everything in a process of its own; undefined when it was told to stop before the end. */
export async function examineApart(file: string, stop: AbortSignal): Promise<Findings | undefined> {
  if (stop.aborted) return undefined;
  const child = fork(childFile, [file], { env: {}, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  let findings: Findings | undefined;
  child.once('message', (message) => {
    findings = message as Findings;
  });
  const kill = (): void => void child.kill('SIGKILL');
  stop.addEventListener('abort', kill, { once: true });
  await once(child, 'close');
  stop.removeEventListener('abort', kill);
  if (findings !== undefined || stop.aborted) return findings;
  throw new GatewayError('STORE_UNAVAILABLE', `the database could not be looked through: ${complaint.trim()}`);
}
