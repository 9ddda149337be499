import type { ChildProcess } from 'node:child_process';

/** Those that run; none of them outlives this process, however it ends. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export function childOf(child: ChildProcess): ChildProcess {
  living.add(child);
  child.on('exit', () => living.delete(child));
  return child;
}
