import { setTimeout as pause } from 'node:timers/promises';
import type { ApiEvent, ApiEventSummary, ApiPage } from '../../api-shapes/stored.ts';
import { systemClock } from '../../model/clock.ts';
import type { ApiClient } from '../api-client.ts';
import { exitCodes, type Verb } from '../command.ts';
import { eventQuery, filterOptions, queryOf } from '../event-query.ts';
import { eventLine, eventRow } from '../event-view.ts';
import { print, printError } from '../output.ts';
import { runningGateway } from '../running-gateway.ts';
import { stopSignal } from '../stop-signal.ts';

/** The API is asked at most once in this time, in milliseconds. */
const pollMs = 1_000;
/** What the API gives at once, and how often it is asked for more: no tail is read at a thousand events a second. */
const pageLimit = 200;
const pagesMax = 5;
/** Events whose deliveries are under way are looked at again; of very many, only the newest. */
const openMax = 200;

/** `hookstitch events tail`: a line for each event, and another one whenever something became of it. */
export const tailVerb: Verb = {
  usage: 'tail',
  description: 'follow events as they arrive and move on, until Ctrl-C',
  configure: (command) => filterOptions(command).option('--json', 'one line of JSON for each change'),
  run: async (_args, options) => {
    const stopping = new AbortController();
    void stopSignal().then(() => stopping.abort());
    const tail = new Tail(runningGateway(), options, systemClock.now().toISOString());
    // Beside the events, not among them.
    printError('waiting for events; stop with Ctrl-C');
    while (!stopping.signal.aborted) {
      for (const event of await tail.changed())
        print(options.json === true ? JSON.stringify(eventLine(event)) : eventRow(event).filter(Boolean).join('  '));
      await pause(pollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return exitCodes.ok;
  },
};

type Options = Readonly<Record<string, unknown>>;

/** Remembers what was shown, so that each change is shown once. */
class Tail {
  readonly #api: ApiClient;
  readonly #filter: Options;
  /** Not asked of the API: an event is received before it becomes anything else. */
  readonly #status: unknown;
  #since: string;
  /** How events looked when they were seen last, by id; only of those that may be seen again. */
  #seen = new Map<string, string>();
  #open: readonly string[] = [];

  constructor(api: ApiClient, { source, type, status }: Options, since: string) {
    this.#api = api;
    this.#filter = { source, type };
    this.#status = status;
    this.#since = since;
  }

  /** Events that are new or have moved on since the last call, oldest first. */
  async changed(): Promise<readonly ApiEvent[]> {
    const arrived = await this.#arrived();
    const fresh = arrived.filter(({ id }) => !this.#seen.has(id));
    const ids = new Set([...this.#open, ...fresh.map(({ id }) => id)]);
    const events = await Promise.all([...ids].map((id) => this.#api.get<ApiEvent>(`/events/${id}`)));
    const changed = events.filter((event) => this.#seen.get(event.id) !== looks(event));
    this.#open = events
      .filter(isOpen)
      .map(({ id }) => id)
      .slice(-openMax);
    // The next look starts with the newest event of this one.
    this.#since = arrived.at(-1)?.received_at ?? this.#since;
    const again = new Set([...this.#open, ...arrived.map(({ id }) => id)]);
    for (const event of changed) this.#seen.set(event.id, looks(event));
    this.#seen = new Map([...this.#seen].filter(([id]) => again.has(id)));
    return changed.filter(({ status }) => this.#status === undefined || status === this.#status);
  }

  /** Since the newest event of the last look, oldest first. */
  async #arrived(): Promise<readonly ApiEventSummary[]> {
    const query = queryOf(eventQuery({ ...this.#filter, since: this.#since, limit: String(pageLimit) }));
    const arrived: ApiEventSummary[] = [];
    for (let page = 0; page < pagesMax; page += 1) {
      const { items, next_cursor } = await this.#api.get<ApiPage<ApiEventSummary>>(`/events?${query}`);
      arrived.push(...items);
      if (next_cursor === null) break;
      query.set('cursor', next_cursor);
    }
    return arrived.toReversed();
  }
}

const looks = ({ status, deliveries }: ApiEvent): string =>
  JSON.stringify([status, ...deliveries.map((delivery) => [delivery.id, delivery.status, delivery.attempts])]);

const isOpen = ({ status, deliveries }: ApiEvent): boolean =>
  status === 'received' || deliveries.some((delivery) => ['pending', 'in_flight'].includes(delivery.status));
