import type { ApiEvent, ApiEventSummary } from '../../api-shapes/stored.ts';
import { exitCodes, type Verb, type VerbGroup } from '../command.ts';
import { eventQuery, filterOptions } from '../event-query.ts';
import { eventDetails, eventTable } from '../event-view.ts';
import { eventNamed, type KnownEvents, withKnownEvents } from '../known-events.ts';
import { print, printJson } from '../output.ts';
import { pinVerb } from './events-pin.ts';
import { tailVerb } from './events-tail.ts';

const listVerb: Verb = {
  usage: 'ls',
  description: 'the newest events, and what became of them',
  configure: (command) =>
    filterOptions(command)
      .option('--since <time>', 'received since, as in 15m, 2h, 1d or 2026-11-21T00:00:00Z')
      .option('--limit <count>', 'at most so many', '20')
      .option('--json', 'machine-readable output, as the API gives it'),
  run: async (_args, options) =>
    await withKnownEvents(async (events) => {
      const page = await events.list(eventQuery(options));
      if (options.json === true) printJson(page);
      else if (page.items.length === 0) print('no events');
      else print(eventTable(await inFull(events, page.items)));
      return exitCodes.ok;
    }),
};

const showVerb: Verb = {
  usage: 'show <id>',
  description: 'one event, or latest: its request, what mappings made of it, its deliveries and their attempts',
  configure: (command) => command.option('--json', 'machine-readable output, as the API gives it'),
  run: async ([id], { json }) => {
    const event = await withKnownEvents((events) => eventNamed(events, String(id)));
    if (json === true) printJson(event);
    else print(eventDetails(event));
    return exitCodes.ok;
  },
};

/** `hookstitch events …`: the events of the running gateway or, where none runs, those in its store. */
export const eventsCommand: VerbGroup = {
  name: 'events',
  description: 'list, inspect and follow the events that were received, and keep one as a test',
  verbs: [listVerb, showVerb, tailVerb, pinVerb],
};

/** A list's events with their deliveries, in its order. */
const inFull = (known: KnownEvents, events: readonly Pick<ApiEventSummary, 'id'>[]): Promise<readonly ApiEvent[]> =>
  Promise.all(events.map(({ id }) => known.get(id)));
