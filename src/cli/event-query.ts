import type { Command } from 'commander';
import { systemClock } from '../model/clock.ts';
import { sinceTime } from './since.ts';

/** The options by which events are chosen, and the API's query for them. */

export const filterOptions = (command: Command): Command =>
  command
    .option('--source <name>', 'only of this source')
    .option('--type <type>', 'only of this type')
    .option('--status <status>', 'only received, translated, unmatched or failed');

/** What the API takes, in its words. */
export type EventQuery = Readonly<Partial<Record<'source' | 'type' | 'status' | 'since' | 'limit' | 'cursor', string>>>;

export const eventQuery = ({ source, type, status, since, limit }: Options): EventQuery => {
  const from = typeof since === 'string' ? sinceTime(since, systemClock.now()) : undefined;
  return Object.fromEntries(queryOf({ source, type, status, since: from, limit }));
};

type Options = Readonly<Record<string, unknown>>;

/** What was given of these. */
export function queryOf(options: Options): URLSearchParams {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(options)) if (typeof value === 'string') query.set(key, value);
  return query;
}
