import { setImmediate as turn } from 'node:timers/promises';
import { createLog } from '../../src/log.ts';

/** A process that logs so many lines in each of three turns and ends in the last one, in the way its arguments say. */
const [way, lines] = process.argv.slice(2);
const log = createLog({ level: 'info', pretty: false });
const ends: Readonly<Record<string, () => unknown>> = {
  return: () => undefined,
  exit: () => process.exit(0),
  throw: () => queueMicrotask(() => JSON.parse('a fault that nobody catches')),
};

for (const round of [0, 1, 2]) {
  for (let line = 0; line < Number(lines); line += 1) {
    log.write('event.received', { source: `s${round * Number(lines) + line}`, accepted: 1, duplicates: 0 });
  }
  if (round < 2) await turn();
}
ends[way ?? '']?.();
