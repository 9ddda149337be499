import type { ApiEvent, ApiEventSummary, ApiPage } from '../api-shapes/stored.ts';
import { readEnvironment } from '../config/environment.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { dateFromMs } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import { type EventStatus, eventStatuses } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import { isJson, type PreviewEvent } from '../pipeline/preview-event.ts';
import { eventJson, eventPageJson } from '../pipeline/stored-json.ts';
import type { Store } from '../store/store.ts';
import type { ApiClient } from './api-client.ts';
import { type EventQuery, queryOf } from './event-query.ts';
import { keptIn, openKeptStore } from './kept-store.ts';
import { gatewayIfRunning } from './running-gateway.ts';

/** The events that a gateway has received, from the gateway itself or, where none is running, from its store. */
export interface KnownEvents {
  /** As in `the running gateway`. */
  readonly from: string;
  /** Newest first. Throws REQUEST_INVALID. */
  list(query: EventQuery): Promise<ApiPage<ApiEventSummary>>;
  /** Throws EVENT_NOT_FOUND. */
  get(id: string): Promise<ApiEvent>;
  close(): Promise<void>;
}

const limitMax = 200;

/** GATEWAY_UNREACHABLE where there has never been a gateway. Throws what keeps the events of one from being read. */
export async function knownEvents(settings: Settings): Promise<KnownEvents | GatewayError> {
  const ofGateway = await eventsOfGateway();
  if (!(ofGateway instanceof GatewayError)) return ofGateway;
  return (await eventsInStore(settings)) ?? ofGateway;
}

/** What `use` makes of them. Throws GATEWAY_UNREACHABLE where there are none to be had. */
export async function withKnownEvents<T>(use: (events: KnownEvents) => Promise<T>): Promise<T> {
  const known = await knownEvents(readSettings(readEnvironment()));
  if (known instanceof GatewayError) throw known;
  try {
    return await use(known);
  } finally {
    await known.close();
  }
}

/** The event of this id; `latest` is the newest. Throws EVENT_NOT_FOUND. */
export async function eventNamed(events: KnownEvents, name: string): Promise<ApiEvent> {
  if (name !== 'latest') return await events.get(name);
  const [newest] = (await events.list({ limit: '1' })).items;
  if (newest === undefined) throw new GatewayError('EVENT_NOT_FOUND', 'there are no events yet');
  return await events.get(newest.id);
}

/** GATEWAY_UNREACHABLE where no gateway is running. */
export async function eventsOfGateway(): Promise<KnownEvents | GatewayError> {
  const api = await gatewayIfRunning();
  return api instanceof GatewayError ? api : fromApi(api);
}

const fromApi = (api: ApiClient): KnownEvents => ({
  from: 'the running gateway',
  list: async (query) => await api.get(`/events?${queryOf(query)}`),
  get: async (id) => await api.get(`/events/${encodeURIComponent(id)}`),
  close: () => Promise.resolve(),
});

/** As a mapping would get it; undefined where its body can be no input of one. */
export function previewEventOf({ request, ...event }: ApiEvent): PreviewEvent | undefined {
  if (request.body_encoding !== 'utf8' || !isJson(request.body)) return undefined;
  const { kind, url, headers, item, body } = request;
  return {
    id: event.id as EventId,
    source: event.source,
    type: event.type,
    externalId: event.external_id,
    occurredAt: dateFromMs(Date.parse(event.occurred_at)),
    receivedAt: dateFromMs(Date.parse(event.received_at)),
    ...{ kind, url, headers, item, bodyText: body },
  };
}

async function eventsInStore(settings: Settings): Promise<KnownEvents | undefined> {
  const place = keptIn(settings);
  const store = await openKeptStore(settings).catch((error: unknown) => {
    if (!(error instanceof GatewayError) || error.code !== 'STORE_IN_USE') throw error;
    throw new GatewayError('STORE_IN_USE', `a gateway has the store in ${place} open and does not answer the API`, {
      hint: `set ADMIN_HOST and ADMIN_PORT (now ${settings.adminPort}) to where its API is, or stop it`,
    });
  });
  if (store === undefined) return undefined;
  return {
    from: `the store in ${place}`,
    list: (query) => listFrom(store, query),
    get: async (id) => {
      const event = await store.getEvent(id as EventId);
      if (event === undefined) throw new GatewayError('EVENT_NOT_FOUND', `no event ${id}`);
      return eventJson(event) as unknown as ApiEvent;
    },
    close: () => store.close(),
  };
}

async function listFrom(
  store: Store,
  { source, type, status, since, limit, cursor }: EventQuery,
): Promise<ApiPage<ApiEventSummary>> {
  const filter = { source, type, status: status === undefined ? undefined : statusNamed(status) };
  const from = since === undefined ? undefined : dateFromMs(Date.parse(since));
  const page = await store.listEvents({ ...filter, since: from }, { limit: limitOf(limit), cursor });
  return eventPageJson(page, null) as unknown as ApiPage<ApiEventSummary>;
}

/** What the API refuses is refused without it, too. */
function statusNamed(text: string): EventStatus {
  const status = eventStatuses.find((known) => known === text);
  if (status !== undefined) return status;
  const known = eventStatuses.map((name) => JSON.stringify(name)).join('|');
  throw new GatewayError('REQUEST_INVALID', `status: expected one of ${known}`);
}

function limitOf(text = String(limitMax)): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= limitMax) return limit;
  throw new GatewayError('REQUEST_INVALID', `limit: expected a whole number from 1 to ${limitMax}`);
}
