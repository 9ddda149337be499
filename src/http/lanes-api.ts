import { Router } from 'express';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import type { Json } from '../model/json.ts';
import { pauseLane, resumeLane } from '../pipeline/held-lanes.ts';
import type { TestedDestination } from '../pipeline/test-event.ts';
import type { Store } from '../store/store.ts';
import { sendJson } from './send-json.ts';
import { laneJson } from './setup-json.ts';

export interface LaneDependencies {
  readonly file: { readonly destinations: readonly ConfiguredDestination[] };
  readonly store: Pick<Store, 'changeLane' | 'lanes' | 'stats'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told that a lane may let something through again. */
  readonly resumed: (destination: string) => void;
  readonly test: (target: ConfiguredDestination) => Promise<TestedDestination>;
}

/** `POST /destinations/:name/pause`, `…/resume` and `…/test`. */
export function lanesRouter({ file, store, clock, log, resumed, test }: LaneDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const targetOf = (name: string): ConfiguredDestination => {
    const target = file.destinations.find((destination) => destination.name === name);
    if (target === undefined) throw new GatewayError('DESTINATION_UNKNOWN', `no destination called "${name}"`);
    return target;
  };

  /** Also one that is configured no more: what waits for it can still be held. */
  const laneOf = async (name: string): Promise<string> => {
    const known = [...(await store.lanes()), ...(await store.stats()).deliveriesByDestination];
    return known.some(({ destination }) => destination === name) ? name : targetOf(name).name;
  };

  router.post('/destinations/:name/pause', async (request, response) => {
    const name = await laneOf(request.params.name);
    const lane = await pauseLane(name, { store, clock });
    log.write('lane.paused', { destination: name });
    sendJson(response, 200, { name, ...laneJson(lane) });
  });

  router.post('/destinations/:name/resume', async (request, response) => {
    const name = await laneOf(request.params.name);
    const lane = await resumeLane(name, { store, clock });
    log.write('lane.resumed', { destination: name });
    resumed(name);
    sendJson(response, 200, { name, ...laneJson(lane) });
  });

  router.post('/destinations/:name/test', async (request, response) => {
    const target = targetOf(request.params.name);
    sendJson(response, 200, testedJson(target.name, await test(target)));
  });

  return router;
}

function testedJson(name: string, { payload, outcome, durationMs }: TestedDestination): Json {
  return {
    name,
    outcome: outcome?.kind ?? 'aborted',
    reason: outcome === null || outcome.kind === 'delivered' ? null : outcome.reason,
    message: outcome === null || outcome.kind === 'delivered' ? null : outcome.message,
    response: outcome?.response === undefined ? null : { ...outcome.response },
    duration_ms: durationMs,
    payload: JSON.parse(payload) as Json,
  };
}
