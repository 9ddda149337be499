import { readEnvironment } from '../../config/environment.ts';
import { readSettings } from '../../config/settings.ts';
import { systemClock } from '../../model/clock.ts';
import { applySchema } from '../../store/apply-schema.ts';
import { exitCodes, type Verb } from '../command.ts';
import { keptIn } from '../kept-store.ts';
import { print, printJson } from '../output.ts';

/** `hookstitch migrate`: what a start does to the schema of the store, without starting. */
export const migrateCommand: Verb = {
  usage: 'migrate',
  description: "bring the store's schema up to date, as a start of the gateway does",
  configure: (command) => command.option('--json', 'machine-readable output'),
  run: async (_args, { json }) => {
    const settings = readSettings(readEnvironment());
    const applied = await applySchema({ ...settings, now: systemClock.now() });
    if (json === true) printJson({ applied });
    else {
      for (const name of applied) print(`applied ${name}`);
      print(applied.length === 0 ? `${keptIn(settings)}: the schema is up to date` : `${keptIn(settings)}: done`);
    }
    return exitCodes.ok;
  },
};
