import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { adminToken } from './config/admin-token.ts';
import { adminApp } from './http/admin-app.ts';
import type { ToldSecrets } from './http/handshake.ts';
import { type Listening, listen } from './http/listen.ts';
import { createMetrics } from './http/metrics.ts';
import { receiverApp } from './http/receiver-app.ts';
import { PreviewEvaluator } from './mapping/evaluator/preview-evaluator.ts';
import type { Library } from './mapping/library.ts';
import type { Clock } from './model/clock.ts';
import { preview } from './pipeline/preview.ts';
import { linkedBy } from './pipeline/stitch.ts';
import { Sweeper } from './pipeline/sweep.ts';
import { openStore } from './store/open.ts';
import type { Damage, Store } from './store/store.ts';
import { createWorkers, type WorkerOptions } from './workers.ts';

/** How long requests under way may take to finish when the gateway stops, in milliseconds. */
const requestGraceMs = 5_000;

export interface GatewayOptions extends WorkerOptions {
  readonly clock?: Clock;
  /** How long `/readyz` tells that it is draining before the ports close, so that a proxy in front can turn away. */
  readonly announceMs?: number;
}

export interface Gateway {
  /** The receiver, as in http://localhost:8080. */
  readonly url: string;
  readonly adminUrl: string;
  readonly token: string;
  /** The mapping files as they are now. */
  mappings(): Library;
  /** Finishes what is under way, hands the rest back, closes the store. Safe to call twice. */
  stop(): Promise<void>;
}

/** The composition root: opens the store, starts the workers, listens. Throws GatewayError with what to fix. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { settings, log, clock } = options;
  const damaged = (damage: Damage): void => log.write('store.damaged', { ...damage });
  const store = await openStore({ ...settings, clock, damaged });
  const parts = assemble(options, { store, clock: store.clock });
  try {
    // Receiving needs no mappings: what arrives while they load is stored and waits.
    const receiver = await listen(parts.receiver, { host: settings.host, port: settings.port });
    parts.servers.push(receiver);
    const admin = await listen(parts.admin, { host: settings.adminHost, port: settings.adminPort });
    parts.servers.push(admin);
    await parts.start();
    const { token, mappings, stop } = parts;
    return { url: receiver.url, adminUrl: admin.url, token, mappings, stop };
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
  readonly mappings: () => Library;
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Foundations {
  readonly store: Store;
  readonly clock: Clock;
}

function assemble(options: GatewayOptions, { store, clock }: Foundations): Parts {
  const { settings, file, log } = options;
  const { publicUrl } = settings;
  const metrics = createMetrics({ store, clock });
  const workers = createWorkers(options, { store, clock, metrics });
  const sweeper = new Sweeper({ store, clock, log, keep: settings.keep });
  let state: 'starting' | 'ready' | 'draining' = 'starting';
  const token = settings.adminToken ?? adminToken(settings.dataDir, () => randomBytes(32).toString('hex'));
  const mappings = (): Library => workers.mappings.library;
  const readiness = {
    notReady: () => (state === 'ready' ? undefined : state),
    mappings,
    gatewayFile: () => workers.mappings.gatewayFile,
  };
  const toldSecrets: ToldSecrets = new Map();
  const receiver = receiverApp({
    sources: new Map(file.sources.map((source) => [source.name, source])),
    ...{ publicUrl, store, clock, log, metrics, toldSecrets },
    recorded: workers.wake,
    ...readiness,
  });
  const servers: Listening[] = [];
  const localUrl = (): string | undefined => servers[0]?.url;
  const previews = new PreviewEvaluator();
  const admin = adminApp({
    ...{ token, store, clock, metrics, log, file, publicUrl, localUrl, toldSecrets },
    ...readiness,
    resumed: workers.wakeLane,
    test: workers.test,
    replayStarted: workers.replayStarted,
    planReplay: workers.planReplay,
    preview: (request) =>
      preview(request, {
        ...file,
        interprets: settings.interprets,
        clock,
        lookups: workers.lookups,
        linked: (items) => linkedBy(items, store),
        evaluate: (setup, event, facts) => previews.evaluate(setup, event, facts),
      }),
  });
  return {
    receiver,
    admin,
    token,
    servers,
    mappings,
    start: async () => {
      await workers.start();
      sweeper.start();
      state = 'ready';
    },
    stop: async () => {
      if (state === 'draining') return;
      state = 'draining';
      await pause(options.announceMs ?? 0);
      // What is received to the end is on disk; it waits for the next start.
      await Promise.all([
        ...servers.map((server) => server.close(requestGraceMs)),
        ...[workers.stop(), sweeper.stop(), previews.stop()],
      ]);
      await store.close();
    },
  };
}
