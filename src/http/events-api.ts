import { Router } from 'express';
import { z } from 'zod';
import { failureReasons } from '../model/attempt.ts';
import { type Clock, dateFromMs } from '../model/clock.ts';
import { deliveryStatuses } from '../model/delivery.ts';
import { GatewayError } from '../model/error.ts';
import { eventFailures, eventStatuses } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import { searchFor, searchWays } from '../pipeline/search-events.ts';
import { countsJson, countsOfAll, eventJson, eventPageJson } from '../pipeline/stored-json.ts';
import type { Store } from '../store/store.ts';
import { pageQuery, queryOf, time } from './query.ts';
import { sendJson } from './send-json.ts';

export interface EventsDependencies {
  readonly store: Pick<Store, 'listEvents' | 'getEvent' | 'findEvents' | 'findIdentifiers' | 'countWithin' | 'stats'>;
  readonly clock: Clock;
}

const textMax = 300;

const eventQuery = z
  .strictObject({
    ...pageQuery,
    direction: z.enum(['older', 'newer']).optional(),
    q: z.string().trim().max(textMax).optional(),
    by: z.enum(searchWays).optional(),
    source: z.string().optional(),
    type: z.string().optional(),
    type_prefix: z.string().optional(),
    status: z.enum(eventStatuses).optional(),
    mapping: z.string().optional(),
    destination: z.string().optional(),
    delivery: z.enum(deliveryStatuses).optional(),
    reason: z.enum([...eventFailures, ...failureReasons]).optional(),
    cause: z.string().optional(),
    since: time.optional(),
    until: time.optional(),
  })
  .refine(({ reason, cause }) => cause === undefined || reason !== undefined, { error: 'a cause needs its reason' });

const countsQuery = z.strictObject({
  source: z.string().optional(),
  type: z.string().optional(),
  since: time.optional(),
  until: time.optional(),
});

/** `/events`: found by filters and by text, counted, and one with all that became of it. */
export function eventsRouter({ store, clock }: EventsDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });

  router.get('/events', async (request, response) => {
    const { limit, cursor, direction, q, by, type_prefix: typePrefix, ...filter } = queryOf(request, eventQuery);
    const search = q ? await searchFor(q, by, store) : undefined;
    const page = await store.listEvents(
      { ...filter, ...(typePrefix && { typePrefix }), ...search?.filter },
      { limit, cursor, direction },
    );
    sendJson(response, 200, eventPageJson(page, search?.matchedBy ?? null));
  });

  router.get('/events/counts', async (request, response) => {
    const { since, until, ...filter } = queryOf(request, countsQuery);
    const isOfAll = since === undefined && until === undefined && filter.type === undefined;
    const counts = isOfAll
      ? countsOfAll(await store.stats(), filter.source)
      : await store.countWithin({ ...filter, since: since ?? dateFromMs(0), until: until ?? clock.now() });
    sendJson(response, 200, countsJson(counts));
  });

  router.get('/events/:id', async (request, response) => {
    const event = await store.getEvent(request.params.id as EventId);
    if (event === undefined) throw new GatewayError('EVENT_NOT_FOUND', `no event ${request.params.id}`);
    sendJson(response, 200, eventJson(event));
  });

  return router;
}
