import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { failureReasons } from '../model/attempt.ts';
import { addMs, type Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import type { DeliveryId } from '../model/id.ts';
import { redeliverAll } from '../pipeline/redeliver.ts';
import { problemsJson } from '../pipeline/repair-json.ts';
import type { MovedDelivery } from '../store/repair.ts';
import type { Store } from '../store/store.ts';
import { BodyReader } from './read-body.ts';
import { filterTimes, idsOf, rate } from './repair-request.ts';
import { jsonIn, parsedAs } from './request-json.ts';
import { sendJson } from './send-json.ts';

export interface RepairDependencies {
  readonly store: Pick<Store, 'problems' | 'countDead' | 'redeliver' | 'cancelDeliveries' | 'getDelivery'>;
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
    const moved = await store.redeliver({ which: { ids: [id] }, dueAt: clock.now(), everyMs: 0 });
    if (moved.length === 0) throw await whyNotMoved(id, store, 'redelivered: only a dead one is');
    redelivered(moved, dependencies);
    sendJson(response, 200, { id, status: 'pending' });
  });

  router.post('/deliveries/:id/cancel', async (request, response) => {
    const id = request.params.id as DeliveryId;
    const moved = await store.cancelDeliveries([id], clock.now());
    if (moved.length === 0) throw await whyNotMoved(id, store, 'cancelled: only a pending or dead one is');
    for (const { destination } of moved) {
      dependencies.log.write('delivery.cancelled', { delivery_id: id, destination });
      dependencies.resumed(destination);
    }
    sendJson(response, 200, { id, status: 'cancelled' });
  });

  router.post('/redeliveries', (request, response) => bulk(request, response, { ...dependencies, bodies }));

  return router;
}

async function bulk(
  request: Request,
  response: Response,
  { bodies, ...dependencies }: RepairDependencies & { readonly bodies: BodyReader },
): Promise<void> {
  const { store, clock } = dependencies;
  const order = parsedAs(redeliveries, await jsonIn(request, response, bodies));
  const { ids, filter, rate: perSecond, dry_run: isDryRun } = order;
  if ((ids === undefined) === (filter === undefined))
    throw new GatewayError('REQUEST_INVALID', 'name either ids or a filter; {} is the filter that fits all');
  if (ids !== undefined) {
    const everyMs = 1_000 / perSecond;
    const moved = isDryRun
      ? await deadOf(ids, store)
      : await store.redeliver({ which: { ids }, dueAt: clock.now(), everyMs });
    if (!isDryRun) redelivered(moved, dependencies);
    return sendJson(response, 200, countsJson(countsOf(moved), isDryRun));
  }
  if (isDryRun) {
    const dead = await store.countDead({ ...filter, until: filter?.until ?? addMs(clock.now(), 1) });
    const counts = new Map<string, number>();
    for (const { destination, count } of dead) counts.set(destination, (counts.get(destination) ?? 0) + count);
    return sendJson(response, 200, countsJson(counts, isDryRun));
  }
  const counts = await redeliverAll({ filter: filter ?? {}, rate: perSecond }, { store, clock });
  for (const [destination, deliveries] of counts) tell({ destination, deliveries }, dependencies);
  sendJson(response, 200, countsJson(counts, isDryRun));
}

async function deadOf(
  ids: readonly DeliveryId[],
  store: RepairDependencies['store'],
): Promise<readonly MovedDelivery[]> {
  const found = await Promise.all([...new Set(ids)].map((id) => store.getDelivery(id)));
  return found.flatMap((one) => (one?.state.status === 'dead' ? [{ id: one.id, destination: one.destination }] : []));
}

const countsOf = (moved: readonly MovedDelivery[]): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(moved, ({ destination }) => destination)].map(([name, own]) => [name, own.length]));

const countsJson = (counts: ReadonlyMap<string, number>, isDryRun: boolean) => ({
  dry_run: isDryRun,
  deliveries: [...counts.values()].reduce((sum, count) => sum + count, 0),
  destinations: Object.fromEntries(counts),
});

function redelivered(moved: readonly MovedDelivery[], dependencies: RepairDependencies): void {
  const [first] = moved;
  const own = moved.length === 1 && first !== undefined ? { delivery_id: first.id } : {};
  for (const [destination, deliveries] of countsOf(moved)) tell({ destination, deliveries, ...own }, dependencies);
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

async function whyNotMoved(id: DeliveryId, store: RepairDependencies['store'], rule: string): Promise<GatewayError> {
  const delivery = await store.getDelivery(id);
  if (delivery === undefined) return new GatewayError('DELIVERY_NOT_FOUND', `no delivery ${id}`);
  return new GatewayError('DELIVERY_NOT_MOVABLE', `${id} is ${delivery.state.status} and cannot be ${rule}`);
}
