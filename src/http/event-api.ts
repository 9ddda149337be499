import { Router } from 'express';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import { type Library, liveIn } from '../mapping/library.ts';
import { GatewayError } from '../model/error.ts';
import type { DeliveryId, EventId } from '../model/id.ts';
import type { JsonObject } from '../model/json.ts';
import { type Explanation, explanationJson } from '../pipeline/explain.ts';
import { type PreviewEvent, storedEvent } from '../pipeline/preview-event.ts';
import { shownRequest } from '../pipeline/shown-request.ts';
import type { Store } from '../store/store.ts';
import { sendJson } from './send-json.ts';

type Definition = ReturnType<typeof liveIn>[number];

export interface EventDependencies {
  readonly destinations: readonly ConfiguredDestination[];
  readonly mappings: () => Library;
  readonly store: Pick<Store, 'getEvent' | 'getDelivery'>;
  readonly explain: (definition: Definition, event: PreviewEvent) => Promise<Explanation>;
}

/** What a person asks of one event beside what is stored: how each value came to be, and what was sent. */
export function eventRouter({ destinations, mappings, store, explain }: EventDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });

  router.get('/events/:id/values', async (request, response) => {
    const { id } = request.params;
    const found = await store.getEvent(id as EventId);
    if (found === undefined) throw new GatewayError('EVENT_NOT_FOUND', `no event ${id}`);
    const event = storedEvent(found);
    if (event === undefined) return sendJson(response, 200, { items: [] });
    const items: JsonObject[] = [];
    for (const definition of liveIn(mappings()).filter(({ content }) => content.source === event.source)) {
      // One after the other: they share the evaluator of previews.
      const explanation = await explain(definition, event);
      if (explanation.outcome !== 'unmatched') items.push(explanationJson(explanation));
    }
    sendJson(response, 200, { items });
  });

  router.get('/deliveries/:id/request', async (request, response) => {
    const { id } = request.params;
    const delivery = await store.getDelivery(id as DeliveryId);
    if (delivery === undefined) throw new GatewayError('DELIVERY_NOT_FOUND', `no delivery ${id}`);
    const target = destinations.find(({ name }) => name === delivery.destination);
    const shown = target === undefined || target.off !== null ? undefined : shownRequest(delivery.payload, target);
    sendJson(response, 200, { request: shown === undefined ? null : { ...shown } });
  });

  return router;
}
