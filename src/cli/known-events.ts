import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { dateFromMs, systemClock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import type { EventId } from '../model/id.ts';
import { isJson, type PreviewEvent, storedEvent } from '../pipeline/preview-event.ts';
import { openStore } from '../store/open.ts';
import type { ApiClient, ApiEvent, ApiEventSummary, ApiPage } from './api-client.ts';
import { gatewayIfRunning } from './running-gateway.ts';

/** The events that a gateway has received, from the gateway itself or, where none is running, from its store. */
export interface KnownEvents {
  /** As in `the running gateway`. */
  readonly from: string;
  /** Newest first. */
  list(page: { readonly source?: string | undefined; readonly cursor: string | undefined }): Promise<EventPage>;
  /** Undefined where its body can be no input of a mapping. Throws EVENT_NOT_FOUND. */
  get(id: string): Promise<PreviewEvent | undefined>;
  close(): Promise<void>;
}

interface EventPage {
  readonly items: readonly { readonly id: string; readonly type: string }[];
  readonly nextCursor: string | null;
}

const pageMax = 200;

/** Undefined where there has never been a gateway. Throws what keeps the events of one from being read. */
export async function knownEvents(settings: Settings): Promise<KnownEvents | undefined> {
  return (await eventsOfGateway()) ?? (await eventsInStore(settings));
}

/** Undefined where no gateway is running. */
export async function eventsOfGateway(): Promise<KnownEvents | undefined> {
  const api = await gatewayIfRunning();
  return api === undefined ? undefined : fromApi(api);
}

function fromApi(api: ApiClient): KnownEvents {
  return {
    from: 'the running gateway',
    list: async ({ source, cursor }) => {
      const query = new URLSearchParams({ limit: String(pageMax) });
      if (source !== undefined) query.set('source', source);
      if (cursor !== undefined) query.set('cursor', cursor);
      const { items, next_cursor } = await api.get<ApiPage<ApiEventSummary>>(`/events?${query}`);
      return { items, nextCursor: next_cursor };
    },
    get: async (id) => eventOfApi(await api.get<ApiEvent>(`/events/${encodeURIComponent(id)}`)),
    close: () => Promise.resolve(),
  };
}

function eventOfApi({ request, ...event }: ApiEvent): PreviewEvent | undefined {
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

async function eventsInStore({ dataDir, adminPort }: Settings): Promise<KnownEvents | undefined> {
  if (!existsSync(join(dataDir, 'hookstitch.db'))) return undefined;
  const store = await openStore({ dataDir, clock: systemClock }).catch((error: unknown) => {
    if (!(error instanceof GatewayError) || error.code !== 'STORE_IN_USE') throw error;
    throw new GatewayError('STORE_IN_USE', `a gateway has the store in ${dataDir} open and does not answer the API`, {
      hint: `set ADMIN_HOST and ADMIN_PORT (now ${adminPort}) to where its API is, or stop it`,
    });
  });
  return {
    from: `the store in ${dataDir}`,
    list: async ({ source, cursor }) => await store.listEvents({ source }, { limit: pageMax, cursor }),
    get: async (id) => {
      const event = await store.getEvent(id as EventId);
      if (event === undefined) throw new GatewayError('EVENT_NOT_FOUND', `no event ${id}`);
      return storedEvent(event);
    },
    close: () => store.close(),
  };
}
