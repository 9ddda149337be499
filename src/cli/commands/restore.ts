import { resolve } from 'node:path';
import { systemClock } from '../../model/clock.ts';
import { restore } from '../../store/sqlite/backup.ts';
import { exitCodes, type Verb } from '../command.ts';
import { sqliteSettings } from '../data-directory.ts';
import { print, printJson } from '../output.ts';

/** `hookstitch restore FILE`: a backup in the place of the database, which is kept aside. */
export const restoreCommand: Verb = {
  usage: 'restore <file>',
  description: 'put a backup in the place of the database, while no gateway is running',
  configure: (command) =>
    command
      .option('--force', 'also where there is a database; it is kept aside')
      .option('--json', 'machine-readable output'),
  run: async ([file], { force, json }) => {
    const { dataDir } = sqliteSettings();
    const path = resolve(String(file));
    const restored = restore({ dataDir, file: path, force: force === true, now: systemClock.now() });
    if (json === true) {
      const { keptAside, ...backup } = restored;
      printJson({ file: path, ...backup, kept_aside: keptAside });
      return exitCodes.ok;
    }
    print(`restored ${restored.events} events and ${restored.deliveries} deliveries into ${dataDir}`);
    for (const name of restored.keptAside) print(`kept aside: ${name}`);
    return exitCodes.ok;
  },
};
