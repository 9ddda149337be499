import { type Response, Router } from 'express';
import { z } from 'zod';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { Log } from '../log.ts';
import { failureReasons } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import { eventFailures } from '../model/event.ts';
import type { EventId, ReplayId } from '../model/id.ts';
import type { JsonObject } from '../model/json.ts';
import { type Replay, type ReplayOrder, replayableFailures, replayableStatuses } from '../model/replay.ts';
import { planJson, replayJson } from '../pipeline/repair-json.ts';
import type { ReplayPlan } from '../pipeline/replay-plan.ts';
import type { Store } from '../store/store.ts';
import { BodyReader } from './read-body.ts';
import { filterTimes, idsOf, rate } from './repair-request.ts';
import { jsonIn, optionalJsonIn, parsedAs } from './request-json.ts';
import { sendJson } from './send-json.ts';

export interface ReplaysDependencies {
  readonly file: { readonly destinations: readonly ConfiguredDestination[] };
  readonly store: Pick<Store, 'getEvent' | 'startReplay' | 'getReplay' | 'listReplays' | 'cancelReplay'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly replayStarted: (id: ReplayId) => void;
  readonly planReplay: (order: ReplayOrder, abandoned: AbortSignal) => Promise<ReplayPlan>;
}

const scope = {
  destinations: z.array(z.string()).min(1).optional(),
  include_delivered: z.boolean().default(false),
  dry_run: z.boolean().default(false),
};
const oneReplay = z.strictObject(scope);
const deadGroup = z.strictObject({ destination: z.string(), reason: z.enum(failureReasons), cause: z.string() });
const replayFilter = z
  .strictObject({
    ids: idsOf<EventId>('evt').optional(),
    source: z.string().optional(),
    type: z.string().optional(),
    status: z.enum(replayableStatuses).optional(),
    reason: z.enum(eventFailures).optional(),
    cause: z.string().optional(),
    dead: deadGroup.optional(),
    ...filterTimes,
  })
  .refine(({ dead, since, until, ...others }) => dead === undefined || Object.keys(others).length === 0, {
    error: 'beside `dead` only `since` and `until` can be named',
  });
const bulkReplay = z.strictObject({ ...scope, rate, filter: replayFilter });

/** Replays: stored events through today's mappings, one or all that fit, or only what that would do. */
export function replaysRouter(dependencies: ReplaysDependencies): Router {
  const { store, clock } = dependencies;
  const router = Router({ strict: true, caseSensitive: true });
  const bodies = new BodyReader();

  router.post('/events/:id/replay', async (request, response) => {
    const id = request.params.id as EventId;
    const order = parsedAs(oneReplay, await optionalJsonIn(request, response, bodies));
    await requireReplayable(id, store);
    await replay({ ...order, filter: { ids: [id] }, rate: 1 }, response, dependencies);
  });

  router.post('/replays', async (request, response) => {
    const order = parsedAs(bulkReplay, await jsonIn(request, response, bodies));
    await replay(order, response, dependencies);
  });

  router.get('/replays', async (_request, response) => {
    sendJson(response, 200, { items: (await store.listReplays()).map(replayJson) });
  });

  router.get('/replays/:id', async (request, response) => {
    sendJson(response, 200, replayJson(await replayCalled(request.params.id, store)));
  });

  router.post('/replays/:id/cancel', async (request, response) => {
    const { id, status } = await replayCalled(request.params.id, store);
    if (!(await store.cancelReplay(id, clock.now())))
      throw new GatewayError('REPLAY_ENDED', `${id} is ${status} already`);
    sendJson(response, 200, replayJson(await replayCalled(id, store)));
  });

  return router;
}

type Asked = z.output<typeof bulkReplay>;

async function replay(asked: Asked, response: Response, dependencies: ReplaysDependencies): Promise<void> {
  const { file, store, clock, log, replayStarted, planReplay } = dependencies;
  const { filter, destinations = null, include_delivered: includesDelivered, rate: perSecond } = asked;
  const unknown = destinations?.find((name) => !file.destinations.some((one) => one.name === name));
  if (unknown !== undefined) throw new GatewayError('DESTINATION_UNKNOWN', `no destination called "${unknown}"`);
  const order: ReplayOrder = { filter, destinations, includesDelivered, rate: perSecond };
  if (asked.dry_run) return sendJson(response, 200, await plan(order, response, planReplay));
  const started = await store.startReplay(order, clock.now());
  const { id, progress } = started;
  log.write('replay.started', { replay_id: id, events: progress.total, rate: perSecond });
  replayStarted(id);
  sendJson(response, 200, replayJson(started));
}

/** Only as long as somebody waits for it. */
async function plan(
  order: ReplayOrder,
  response: Response,
  planReplay: ReplaysDependencies['planReplay'],
): Promise<JsonObject> {
  const abandoned = new AbortController();
  response.once('close', () => abandoned.abort());
  return planJson(await planReplay(order, abandoned.signal));
}

async function requireReplayable(id: EventId, store: ReplaysDependencies['store']): Promise<void> {
  const event = await store.getEvent(id);
  if (event === undefined) throw new GatewayError('EVENT_NOT_FOUND', `no event ${id}`);
  const { status, reason } = event;
  if (status === 'received')
    throw new GatewayError('EVENT_NOT_REPLAYABLE', `${id} is on its way: it has yet to be translated`);
  if (reason !== null && !replayableFailures.some((one) => one === reason))
    throw new GatewayError('EVENT_NOT_REPLAYABLE', `no mapping ever sees ${id}: ${event.message ?? reason}`);
}

async function replayCalled(id: string, store: ReplaysDependencies['store']): Promise<Replay> {
  const found = await store.getReplay(id as ReplayId);
  if (found === undefined) throw new GatewayError('REPLAY_NOT_FOUND', `no replay ${id}`);
  return found;
}
