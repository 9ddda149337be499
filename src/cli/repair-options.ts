import type { Command } from 'commander';
import { GatewayError } from '../model/error.ts';
import type { JsonObject } from '../model/json.ts';
import { timesIn } from './since.ts';

/** What `redeliver` and `replay` have in common on the command line. */

type Options = Readonly<Record<string, unknown>>;

export const repairOptions = (command: Command): Command =>
  command
    .option('--reason <reason>', 'only with this reason, as in rejected or mapping_failed')
    .option('--cause <text>', 'only with this cause, as `hookstitch problems` shows it')
    .option('--since <time>', 'since then, as in 15m, 2h, 1d or 2026-11-21T00:00:00Z')
    .option('--until <time>', 'before then')
    .option('--all', 'all that there are')
    .option('--rate <count>', 'at most so many in a second', '100')
    .option('--dry-run', 'only show what would happen')
    .option('--yes', 'do not ask; needed where there is no terminal')
    .option('--json', 'machine-readable output, as the API gives it');

/** What was given of these, as the API takes it. Throws REQUEST_INVALID where nothing was. */
export function filterOf(options: Options, names: readonly string[]): JsonObject {
  const given = names.flatMap((name): [string, string][] => {
    const value = options[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const filter = { ...Object.fromEntries(given), ...timesIn(options) };
  if (Object.keys(filter).length === 0 && options.all !== true) {
    throw new GatewayError('REQUEST_INVALID', 'name ids, or say which ones with options', {
      hint: '--all means all that there are; --dry-run shows what would happen',
    });
  }
  return filter;
}

/** Throws REQUEST_INVALID. */
export function rateOf({ rate }: Options): number {
  const count = Number(rate);
  if (count > 0) return count;
  throw new GatewayError('REQUEST_INVALID', `--rate ${String(rate)} is no number above 0`);
}

/** Nobody can be asked in the middle of a program's input. */
export function requireDecision({ json, yes, dryRun }: Options): void {
  if (json === true && yes !== true && dryRun !== true)
    throw new GatewayError('REQUEST_INVALID', '--json asks nothing: add --yes or --dry-run');
}
