import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { Log } from '../log.ts';
import { failureReasons } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import type { DeliveryId } from '../model/id.ts';
import type { JsonObject } from '../model/json.ts';
import { cancelAll, countCancellable } from '../pipeline/cancel.ts';
import { countRedeliverable, redeliver } from '../pipeline/redeliver.ts';
import { problemsJson } from '../pipeline/repair-json.ts';
import { cancellableStatuses } from '../store/repair.ts';
import type { DeliveryDetail, Store } from '../store/store.ts';
import { BodyReader } from './read-body.ts';
import { filterTimes, idsOf, rate } from './repair-request.ts';
import { jsonIn, parsedAs } from './request-json.ts';
import { sendJson } from './send-json.ts';

export interface RepairDependencies {
  readonly file: { readonly destinations: readonly ConfiguredDestination[] };
  readonly store: Pick<
    Store,
    'problems' | 'stats' | 'countDead' | 'redeliver' | 'cancelDeliveries' | 'cancelFirst' | 'getDelivery'
  >;
  readonly clock: Clock;
  readonly log: Log;
  /** Told that a lane has something to let through. */
  readonly resumed: (destination: string) => void;
}

const redeliveries = z.strictObject({
  ids: idsOf<DeliveryId>('dlv').optional(),
  filter: z
    .strictObject({
      destination: z.string().optional(),
      reason: z.enum(failureReasons).optional(),
      cause: z.string().optional(),
      ...filterTimes,
    })
    .optional(),
  rate,
  dry_run: z.boolean().default(false),
});

const cancellations = z.strictObject({
  filter: z
    .strictObject({
      destination: z.string().optional(),
      status: z.enum(cancellableStatuses).optional(),
      reason: z.enum(failureReasons).optional(),
      cause: z.string().optional(),
    })
    .refine(({ status, reason, cause }) => status !== 'pending' || (reason ?? cause) === undefined, {
      error: 'what is pending has neither a reason nor a cause',
    }),
  dry_run: z.boolean().default(false),
});

/** `GET /problems`; dead deliveries again, as they were, or given up for good. */
export function repairRouter(dependencies: RepairDependencies): Router {
  const { store, clock } = dependencies;
  const router = Router({ strict: true, caseSensitive: true });
  const bodies = new BodyReader();

  router.get('/problems', async (_request, response) => {
    sendJson(response, 200, problemsJson(await store.problems()));
  });

  router.post('/deliveries/:id/redeliver', async (request, response) => {
    const id = request.params.id as DeliveryId;
    const delivery = await deliveryCalled(id, store);
    requireDestination(delivery.destination, dependencies);
    const moved = await redeliver({ which: { ids: [id] }, rate: 1, destinations: namesOf(dependencies) }, dependencies);
    if (moved.size === 0) throw await notMovable(id, store, 'redelivered: only a dead one is');
    for (const [destination] of moved) tell({ destination, deliveries: 1, delivery_id: id }, dependencies);
    sendJson(response, 200, { id, status: 'pending' });
  });

  router.post('/deliveries/:id/cancel', async (request, response) => {
    const id = request.params.id as DeliveryId;
    const moved = await store.cancelDeliveries([id], clock.now());
    if (moved.length === 0) throw await notMovable(id, store, 'cancelled: only a pending or dead one is');
    for (const { destination } of moved) {
      dependencies.log.write('delivery.cancelled', { destination, deliveries: 1, delivery_id: id });
      dependencies.resumed(destination);
    }
    sendJson(response, 200, { id, status: 'cancelled' });
  });

  router.post('/cancellations', async (request, response) => {
    const { filter, dry_run: isDryRun } = parsedAs(cancellations, await jsonIn(request, response, bodies));
    const counts = await (isDryRun ? countCancellable(filter, dependencies) : cancelAll(filter, dependencies));
    if (!isDryRun)
      for (const [destination, deliveries] of counts) {
        dependencies.log.write('delivery.cancelled', { destination, deliveries });
        dependencies.resumed(destination);
      }
    sendJson(response, 200, countsJson(counts, isDryRun));
  });

  router.post('/redeliveries', (request, response) => bulk(request, response, { ...dependencies, bodies }));

  return router;
}

async function bulk(
  request: Request,
  response: Response,
  { bodies, ...dependencies }: RepairDependencies & { readonly bodies: BodyReader },
): Promise<void> {
  const {
    ids,
    filter,
    rate: perSecond,
    dry_run: isDryRun,
  } = parsedAs(redeliveries, await jsonIn(request, response, bodies));
  const which = filter === undefined ? ids && { ids } : ids === undefined && { filter };
  if (which === undefined || which === false)
    throw new GatewayError('REQUEST_INVALID', 'name either ids or a filter; {} is the filter that fits all');
  if (filter?.destination !== undefined) requireDestination(filter.destination, dependencies);
  for (const id of ids ?? []) {
    const named = await dependencies.store.getDelivery(id);
    if (named !== undefined) requireDestination(named.destination, dependencies);
  }
  const order = { which, rate: perSecond, destinations: namesOf(dependencies) };
  const counts = isDryRun ? await countRedeliverable(order, dependencies) : await redeliver(order, dependencies);
  if (!isDryRun) for (const [destination, deliveries] of counts) tell({ destination, deliveries }, dependencies);
  sendJson(response, 200, countsJson(counts, isDryRun));
}

const countsJson = (counts: ReadonlyMap<string, number>, isDryRun: boolean): JsonObject => ({
  dry_run: isDryRun,
  deliveries: [...counts.values()].reduce((sum, count) => sum + count, 0),
  destinations: Object.fromEntries(counts),
});

/** Those that something is delivered to. */
const namesOf = ({ file }: RepairDependencies): readonly string[] =>
  file.destinations.filter(({ off }) => off === null).map(({ name }) => name);

function requireDestination(name: string, { file }: RepairDependencies): void {
  const known = file.destinations.find((destination) => destination.name === name);
  if (known === undefined)
    throw new GatewayError(
      'DESTINATION_UNKNOWN',
      `no destination called "${name}", so nothing would be delivered there`,
    );
  if (known.off !== null)
    throw new GatewayError('DESTINATION_OFF', `"${name}" is off, so nothing would be delivered there: ${known.off}`);
}

interface Told {
  readonly destination: string;
  readonly deliveries: number;
  readonly delivery_id?: DeliveryId;
}

function tell(told: Told, { log, resumed }: RepairDependencies): void {
  log.write('delivery.redelivered', told);
  resumed(told.destination);
}

async function deliveryCalled(id: DeliveryId, store: RepairDependencies['store']): Promise<DeliveryDetail> {
  const delivery = await store.getDelivery(id);
  if (delivery === undefined) throw new GatewayError('DELIVERY_NOT_FOUND', `no delivery ${id}`);
  return delivery;
}

async function notMovable(id: DeliveryId, store: RepairDependencies['store'], rule: string): Promise<GatewayError> {
  const { state } = await deliveryCalled(id, store);
  return new GatewayError('DELIVERY_NOT_MOVABLE', `${id} is ${state.status} and cannot be ${rule}`);
}
