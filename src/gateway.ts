import { randomBytes } from 'node:crypto';
import { createSender } from './delivery/send.ts';
import type { Settings } from './config/settings.ts';
import { adminToken } from './config/admin-token.ts';
import type { GatewayFile } from './config/gateway-file.ts';
import type { ConfiguredDestination } from './destinations/destination.ts';
import { adminApp } from './http/admin-app.ts';
import { type Listening, listen } from './http/listen.ts';
import { createMetrics } from './http/metrics.ts';
import { receiverApp } from './http/receiver-app.ts';
import type { Log } from './log.ts';
import type { MappingDefinition } from './mapping/compile.ts';
import { Evaluator } from './mapping/evaluator/evaluator.ts';
import { publicSettings } from './mapping/public-settings.ts';
import { type Clock, systemClock } from './model/clock.ts';
import { newId } from './model/id.ts';
import { Lane } from './pipeline/deliver.ts';
import { Loop } from './pipeline/loop.ts';
import { translate } from './pipeline/translate.ts';
import { openStore } from './store/open.ts';

/** How long requests and attempts under way may take to finish when the gateway stops, in milliseconds. */
const stopGraceMs = { requests: 5_000, attempts: 12_000 };

export interface GatewayOptions {
  readonly settings: Settings;
  readonly file: GatewayFile;
  readonly mappings: readonly MappingDefinition[];
  readonly log: Log;
  readonly clock?: Clock;
  /** [0, 1): the jitter of retries. */
  readonly random?: () => number;
  /** Where destinations of type console show their payloads. */
  readonly show: (text: string) => void;
}

export interface Gateway {
  /** The receiver, as in http://localhost:8080. */
  readonly url: string;
  readonly adminUrl: string;
  readonly token: string;
  /** Finishes what is under way, hands the rest back, closes the store. Safe to call twice. */
  stop(): Promise<void>;
}

/** The composition root: opens the store, starts the workers, then listens. Throws GatewayError with what to fix. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { settings, file, log, clock = systemClock, random = Math.random, show } = options;
  const store = await openStore({ dataDir: settings.dataDir, clock });
  const metrics = createMetrics({ store, clock });
  const sender = createSender();
  const worker = newId('wrk', clock.now());
  const on = file.destinations.filter(({ off }) => off === null);
  const evaluator = new Evaluator({ mappings: options.mappings, destinations: on.map(forEvaluator), vars: file.vars });
  const lanes = new Map(on.map((target) => [target.name, new Lane(target, { store, sender, clock, show, worker, log, random, metrics })]));
  const translating = new Loop({
    name: 'translate',
    clock,
    log,
    work: () => translate({ store, evaluator, worker, clock, log, queued: (names) => names.forEach((name) => lanes.get(name)?.wake()) }),
    nextDueAt: () => store.nextDueAt({ kind: 'events' }),
  });

  let stopping = false;
  const token = settings.adminToken ?? adminToken(settings.dataDir, () => randomBytes(32).toString('hex'));
  const sources = new Map(file.sources.map((source) => [source.name, source]));
  const receiver = receiverApp({
    sources,
    publicUrl: settings.publicUrl,
    store,
    clock,
    log,
    metrics,
    recorded: () => translating.wake(),
    notReady: () => (stopping ? 'draining' : undefined),
  });
  const servers: Listening[] = [];
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await Promise.all(servers.map((server) => server.close(stopGraceMs.requests)));
    await translating.stop();
    await evaluator.stop();
    await Promise.all([...lanes.values()].map((lane) => lane.stop(stopGraceMs.attempts)));
    sender.close();
    await store.close();
  };

  try {
    await evaluator.start();
    servers.push(await listen(receiver, { host: settings.host, port: settings.port }));
    servers.push(await listen(adminApp({ token, store, clock, metrics, log }), { host: settings.adminHost, port: settings.adminPort }));
  } catch (error) {
    // Half a gateway is none: what was opened is closed before the fault is told.
    await stop();
    throw error;
  }
  translating.start();
  for (const lane of lanes.values()) lane.start();
  const [publicSide, adminSide] = servers;
  return { url: publicSide?.url ?? '', adminUrl: adminSide?.url ?? '', token, stop };
}

const forEvaluator = ({ name, destination, settings }: ConfiguredDestination) => ({
  name,
  type: destination.name,
  settings: publicSettings(destination, settings),
});
