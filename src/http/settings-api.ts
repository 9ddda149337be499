import { Router } from 'express';
import type { GatewayFileState, Library } from '../mapping/library.ts';
import type { Clock } from '../model/clock.ts';
import type { JsonObject } from '../model/json.ts';
import { problemsJson } from '../pipeline/repair-json.ts';
import { stitchingJson } from '../pipeline/stored-json.ts';
import type { Store } from '../store/store.ts';
import type { Metrics } from './metrics.ts';
import { send, sendJson } from './send-json.ts';
import { gatewayFileJson, laneJson, mappingJson } from './setup-json.ts';

/** What the gateway runs with. Nothing in it is secret. */
export interface RunningAs {
  readonly version: string;
  readonly node: string;
  readonly startedAt: Date;
  readonly store: 'sqlite' | 'postgres';
  readonly publicUrl: string | undefined;
  readonly mappingsDir: string;
  readonly keep: { readonly deliveredMs: number; readonly deadMs: number; readonly keysMs: number };
  readonly logLevel: string;
  /** Where the API's bearer token comes from; the token itself is never shown. */
  readonly token: 'environment' | 'file';
}

export interface SettingsDependencies {
  readonly runningAs: RunningAs;
  /** The receiver as this machine sees it; undefined as long as it does not listen. */
  readonly localUrl: () => string | undefined;
  readonly mappings: () => Library;
  readonly gatewayFile: () => GatewayFileState;
  readonly store: Pick<Store, 'stats' | 'lanes' | 'problems' | 'condition'>;
  readonly metrics: Pick<Metrics, 'text'>;
  readonly clock: Clock;
}

/** `GET /settings`, and `GET /diagnostics`: what somebody who helps has to know, without secrets and without people. */
export function settingsRouter(dependencies: SettingsDependencies): Router {
  const { runningAs, localUrl } = dependencies;
  const router = Router({ strict: true, caseSensitive: true });

  router.get('/settings', (_request, response) => {
    sendJson(response, 200, settingsJson(runningAs, localUrl()));
  });

  router.get('/diagnostics', async (_request, response) => {
    response.setHeader('Content-Disposition', 'attachment; filename="hookstitch-diagnostics.json"');
    send(response, 200, {
      cache: 'no-store',
      type: 'application/json; charset=utf-8',
      text: JSON.stringify(await diagnostics(dependencies), null, 2),
    });
  });

  return router;
}

const dayMs = 86_400_000;

const settingsJson = (as: RunningAs, localUrl: string | undefined): JsonObject => ({
  version: as.version,
  node: as.node,
  started_at: as.startedAt.toISOString(),
  store: as.store,
  public_url: as.publicUrl ?? null,
  local_url: localUrl ?? null,
  mappings_dir: as.mappingsDir,
  retention: {
    delivered_days: as.keep.deliveredMs / dayMs,
    dead_days: as.keep.deadMs / dayMs,
    keys_days: as.keep.keysMs / dayMs,
  },
  log_level: as.logLevel,
  token: as.token,
});

/** Causes and counts, states and places: no payload, no body, no identifier, no folder and no address of this machine. */
async function diagnostics(dependencies: SettingsDependencies): Promise<JsonObject> {
  const { runningAs, store, metrics, mappings, gatewayFile, clock } = dependencies;
  const [stats, lanes, problems, condition] = await Promise.all([
    store.stats(),
    store.lanes(),
    store.problems(),
    store.condition(),
  ]);
  const { public_url: publicUrl, local_url, mappings_dir, ...settings } = settingsJson(runningAs, undefined);
  return {
    made_at: clock.now().toISOString(),
    settings: { ...settings, has_public_url: publicUrl !== null },
    events: stats.events,
    deliveries: stats.deliveries,
    events_by_source: stats.eventsBySource.map((count) => ({ ...count })),
    deliveries_by_destination: stats.deliveriesByDestination.map((count) => ({ ...count })),
    stitching: stitchingJson(stats.stitching),
    lanes: lanes.map((lane) => ({ destination: lane.destination, ...withoutMessage(laneJson(lane)) })),
    problems: problemsJson(problems),
    store: {
      damages: condition.damages.map(({ place, what }) => ({ place, what })),
      examined_at: condition.examined?.endedAt.toISOString() ?? null,
      disk: condition.disk === null ? null : { ...condition.disk },
    },
    mappings: [...mappings().values()].map(mappingJson),
    gateway_file: gatewayFileJson(gatewayFile()),
    metrics: await metrics.text(),
  };
}

/** What a destination answered may repeat what it was sent. */
function withoutMessage({ circuit, ...lane }: JsonObject): JsonObject {
  const { message, ...told } = circuit as JsonObject;
  return { ...lane, circuit: told };
}
