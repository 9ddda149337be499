import { readEnvironment } from '../../config/environment.ts';
import { readSettings } from '../../config/settings.ts';
import { systemClock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import { type MovedTable, type MoveProgress, moveStore } from '../../store/move-store.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print, printError, printJson } from '../output.ts';

/** Lines of progress are no closer than this. */
const tellEveryMs = 1_000;

/** `hookstitch migrate-store`: from SQLite in DATA_DIR to PostgreSQL at DATABASE_URL. */
export const migrateStoreCommand: Verb = {
  usage: 'migrate-store',
  description: 'move all that is stored from SQLite in DATA_DIR to an empty PostgreSQL at DATABASE_URL',
  configure: (command) => command.option('--json', 'machine-readable output'),
  run: async (_args, { json }) => {
    const { dataDir, databaseUrl } = readSettings(readEnvironment());
    if (databaseUrl === undefined) {
      throw new GatewayError('REQUEST_INVALID', 'DATABASE_URL is not set: there is nowhere to move to', {
        hint: 'Set it to the new database; DATA_DIR stays the folder that is moved.',
      });
    }
    const isJson = json === true;
    if (!isJson) print(`moving ${dataDir} to DATABASE_URL`);
    const tables = await moveStore({ dataDir, databaseUrl, now: systemClock.now(), progress: teller(isJson) });
    if (isJson) printJson({ tables });
    else print(summary(tables, dataDir));
    return exitCodes.ok;
  },
};

/** On stderr where stdout is read by a program. */
function teller(isJson: boolean): (progress: MoveProgress) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return ({ table, rows, of }) => {
    const nowMs = performance.now();
    if (rows < of && nowMs - toldMs < tellEveryMs) return;
    toldMs = nowMs;
    const line = `  ${table.padEnd(16)} ${rows} of ${of}`;
    if (isJson) printError(line);
    else print(line);
  };
}

function summary(tables: readonly MovedTable[], dataDir: string): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    `✓ ${rows} rows in ${tables.length} tables, read back and the same in number and content`,
    `${dataDir} is as it was, and marked by hookstitch.moved: no gateway starts on it until that file is deleted.`,
    'Start the gateway with DATABASE_URL.',
  ].join('\n');
}
