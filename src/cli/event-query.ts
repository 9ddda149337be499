import type { Command } from 'commander';
import { systemClock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import type { ApiClient, ApiEvent, ApiEventSummary, ApiPage } from './api-client.ts';
import { sinceTime } from './since.ts';

/** The options by which events are chosen, and the API's query for them. */

export const filterOptions = (command: Command): Command =>
  command
    .option('--source <name>', 'only of this source')
    .option('--type <type>', 'only of this type')
    .option('--status <status>', 'only received, translated, unmatched or failed');

export const eventQuery = ({ source, type, status, since, limit }: Options): URLSearchParams =>
  queryOf({
    source,
    type,
    status,
    since: typeof since === 'string' ? sinceTime(since, systemClock.now()) : undefined,
    limit,
  });

type Options = Readonly<Record<string, unknown>>;

/** What was given of these. */
export function queryOf(options: Options): URLSearchParams {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(options)) if (typeof value === 'string') query.set(key, value);
  return query;
}

/** The event of this id; `latest` is the newest. Throws EVENT_NOT_FOUND. */
export async function eventNamed(api: ApiClient, name: string): Promise<ApiEvent> {
  if (name !== 'latest') return api.get(`/events/${encodeURIComponent(name)}`);
  const { items } = await api.get<ApiPage<ApiEventSummary>>('/events?limit=1');
  const [newest] = items;
  if (newest === undefined) throw new GatewayError('EVENT_NOT_FOUND', 'there are no events yet');
  return api.get(`/events/${newest.id}`);
}
