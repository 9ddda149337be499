import { readEnvironment } from '../../config/environment.ts';
import { readSettings, type Settings } from '../../config/settings.ts';
import { systemClock } from '../../model/clock.ts';
import { diagnose } from '../../store/diagnose.ts';
import type { Damage } from '../../store/store.ts';
import { exitCodes, type Verb } from '../command.ts';
import { plainText, print, printJson } from '../output.ts';

/** `hookstitch doctor`: whether everything stored is what was written, of a running or a stopped gateway. */
export const doctorCommand: Verb = {
  usage: 'doctor',
  description: 'look at everything that is stored; exit 1 when any of it is damaged',
  configure: (command) =>
    command
      .option('--strict', 'exit 1 also for what is no damage: leases nobody took, a long log, a disk below its reserve')
      .option('--json', 'machine-readable output'),
  run: async (_args, { strict, json }) => {
    const settings = readSettings(readEnvironment());
    const { rows, damages, notes } = await diagnose(settings, systemClock.now());
    const ok = damages.length === 0 && (strict !== true || notes.length === 0);
    if (json === true) printJson({ ok, rows, damages, notes });
    else {
      for (const damage of damages) print(`✗ ${inWords(damage)}`);
      for (const note of notes) print(`! ${inWords(note)}`);
      print(damages.length === 0 ? `✓ ${rows} rows are what was written` : remedy(settings));
    }
    return ok ? exitCodes.ok : exitCodes.problems;
  },
};

const remedy = ({ databaseUrl }: Settings): string =>
  databaseUrl === undefined ? 'restore a backup: `hookstitch restore FILE`' : 'restore a backup of the database';

const inWords = ({ place, what }: Damage): string => plainText(`${place}: ${what}`);
