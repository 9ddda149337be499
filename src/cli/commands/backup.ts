import { resolve } from 'node:path';
import { backUp } from '../../store/sqlite/backup.ts';
import { exitCodes, type Verb } from '../command.ts';
import { sqliteSettings } from '../data-directory.ts';
import { print, printJson } from '../output.ts';

/** `hookstitch backup FILE`: a checked copy of the database, while the gateway runs or not. */
export const backupCommand: Verb = {
  usage: 'backup <file>',
  description: 'copy the database to a new file, and check the copy; the gateway may be running',
  configure: (command) => command.option('--json', 'machine-readable output'),
  run: async ([file], { json }) => {
    const path = resolve(String(file));
    const backup = backUp(sqliteSettings().dataDir, path);
    if (json === true) printJson({ file: path, ...backup });
    else print(`${path}: ${backup.events} events, ${backup.deliveries} deliveries, ${backup.bytes} bytes; checked`);
    return exitCodes.ok;
  },
};
