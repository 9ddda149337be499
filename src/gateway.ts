import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { adminToken } from './config/admin-token.ts';
import type { GatewayFile } from './config/gateway-file.ts';
import type { Settings } from './config/settings.ts';
import { createSender } from './delivery/send.ts';
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
import type { Store } from './store/store.ts';

/** How long requests and attempts under way may take to finish when the gateway stops, in milliseconds. */
const stopGraceMs = { requests: 5_000, evaluation: 2_000, attempts: 12_000 };

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

/** The composition root: opens the store, starts the workers, listens. Throws GatewayError with what to fix. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { settings, clock = systemClock } = options;
  const store = await openStore({ dataDir: settings.dataDir, clock });
  const parts = assemble(options, { store, clock });
  try {
    // Receiving needs no mappings: what arrives while they load is stored and waits.
    const receiver = await listen(parts.receiver, { host: settings.host, port: settings.port });
    parts.servers.push(receiver);
    const admin = await listen(parts.admin, { host: settings.adminHost, port: settings.adminPort });
    parts.servers.push(admin);
    await parts.start();
    return { url: receiver.url, adminUrl: admin.url, token: parts.token, stop: parts.stop };
  } catch (error) {
    // Half a gateway is none: what was opened is closed before the fault is told.
    await parts.stop();
    throw error;
  }
}

interface Parts {
  readonly receiver: RequestListener;
  readonly admin: RequestListener;
  readonly token: string;
  /** Closed first when the gateway stops. */
  readonly servers: Listening[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

function assemble(options: GatewayOptions, { store, clock }: { readonly store: Store; readonly clock: Clock }): Parts {
  const { settings, file, log, random = Math.random, show } = options;
  const metrics = createMetrics({ store, clock });
  const sender = createSender();
  const worker = newId('wrk', clock.now());
  const on = file.destinations.filter(({ off }) => off === null);
  const evaluator = new Evaluator({ mappings: options.mappings, destinations: on.map(forEvaluator), vars: file.vars });
  const lanes = new Map(
    on.map((target) => [target.name, new Lane(target, { store, sender, clock, show, worker, log, random, metrics })]),
  );
  const queued = (names: ReadonlySet<string>): void => {
    for (const name of names) lanes.get(name)?.wake();
  };
  const translating = new Loop({
    name: 'translate',
    clock,
    log,
    work: () => translate({ store, evaluator, worker, clock, log, queued }),
    nextDueAt: () => store.nextDueAt({ kind: 'events' }),
  });

  let state: 'starting' | 'ready' | 'draining' = 'starting';
  const token = settings.adminToken ?? adminToken(settings.dataDir, () => randomBytes(32).toString('hex'));
  const receiver = receiverApp({
    sources: new Map(file.sources.map((source) => [source.name, source])),
    publicUrl: settings.publicUrl,
    store,
    clock,
    log,
    metrics,
    recorded: () => translating.wake(),
    notReady: () => (state === 'ready' ? undefined : state),
  });
  const servers: Listening[] = [];
  return {
    receiver,
    admin: adminApp({ token, store, clock, metrics, log }),
    token,
    servers,
    start: async () => {
      await evaluator.start();
      translating.start();
      for (const lane of lanes.values()) lane.start();
      state = 'ready';
    },
    stop: async () => {
      if (state === 'draining') return;
      state = 'draining';
      await Promise.all(servers.map((server) => server.close(stopGraceMs.requests)));
      const timer = setTimeout(() => void evaluator.stop(), stopGraceMs.evaluation);
      await translating.stop();
      clearTimeout(timer);
      await evaluator.stop();
      log.write('worker.drained', { worker: 'translate' });
      await Promise.all([...lanes.values()].map((lane) => lane.stop(stopGraceMs.attempts)));
      sender.close();
      await store.close();
    },
  };
}

const forEvaluator = ({ name, destination, settings }: ConfiguredDestination) => ({
  name,
  type: destination.name,
  settings: publicSettings(destination, settings),
});
