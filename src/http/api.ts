import { Router } from 'express';
import { z } from 'zod';
import { failureReasons } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import { deliveryStatuses } from '../model/delivery.ts';
import { GatewayError } from '../model/error.ts';
import type { DeliveryId } from '../model/id.ts';
import { deliveryJson, deliverySummaryJson, stitchingJson } from '../pipeline/stored-json.ts';
import type { Store } from '../store/store.ts';
import { ageInSeconds } from './metrics.ts';
import { pageQuery, queryOf, time } from './query.ts';
import { sendJson } from './send-json.ts';

export interface ApiDependencies {
  readonly store: Pick<Store, 'stats' | 'condition' | 'listDeliveries' | 'getDelivery'>;
  readonly clock: Clock;
}

const deliveryQuery = z
  .strictObject({
    ...pageQuery,
    destination: z.string().optional(),
    status: z.enum(deliveryStatuses).optional(),
    reason: z.enum(failureReasons).optional(),
    cause: z.string().optional(),
    since: time.optional(),
    until: time.optional(),
  })
  .refine(({ reason, cause }) => cause === undefined || reason !== undefined, { error: 'a cause needs its reason' });

/** The admin API's read side; everything is JSON with snake_case keys and ISO times. */
export function apiRouter({ store, clock }: ApiDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });

  router.get('/stats', async (_request, response) => {
    const stats = await store.stats();
    const ages = stats.oldestPending.map(({ createdAt }) => ageInSeconds(createdAt, clock));
    const { events, deliveries } = stats;
    const stitching = stitchingJson(stats.stitching);
    sendJson(response, 200, { events, deliveries, oldest_pending_seconds: Math.max(0, ...ages), stitching });
  });

  router.get('/store', async (_request, response) => {
    const { damages, examined, disk } = await store.condition();
    sendJson(response, 200, {
      damages: damages.map(({ place, what }) => ({ place, what })),
      examined_at: examined?.endedAt.toISOString() ?? null,
      examined_rows: examined?.rows ?? null,
      disk_free_bytes: disk?.freeBytes ?? null,
      disk_reserve_bytes: disk?.reserveBytes ?? null,
    });
  });

  router.get('/deliveries', async (request, response) => {
    const { limit, cursor, ...filter } = queryOf(request, deliveryQuery);
    const { items, nextCursor } = await store.listDeliveries(filter, { limit, cursor });
    sendJson(response, 200, { items: items.map(deliverySummaryJson), next_cursor: nextCursor });
  });

  router.get('/deliveries/:id', async (request, response) => {
    const delivery = await store.getDelivery(request.params.id as DeliveryId);
    if (delivery === undefined) throw new GatewayError('DELIVERY_NOT_FOUND', `no delivery ${request.params.id}`);
    sendJson(response, 200, deliveryJson(delivery));
  });

  return router;
}
