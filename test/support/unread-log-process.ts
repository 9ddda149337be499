import { setTimeout as pause } from 'node:timers/promises';
import { createLog } from '../../src/log.ts';

/** A process that logs so many lines at once, says on stderr when it has turned since, and ends when stdin does. */
const log = createLog({ level: 'info', pretty: false });
for (let line = 0; line < Number(process.argv[2]); line += 1)
  log.write('event.received', { source: `s${line}`, accepted: 1, duplicates: 0 });
for (let turns = 0; turns < 5; turns += 1) await pause(1);
process.stderr.write('goes on\n');
process.stdin.resume();
