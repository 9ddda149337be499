import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { adminToken } from './config/admin-token.ts';
import { checkConfiguration } from './config/check-setup.ts';
import { type Environment, readEnvironment } from './config/environment.ts';
import { gatewayFileState } from './config/gateway-change.ts';
import type { GatewayFile } from './config/gateway-file.ts';
import { namesOf } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import { createSender } from './delivery/send.ts';
import type { CommonSettings, ConfiguredDestination } from './destinations/destination.ts';
import { adminApp } from './http/admin-app.ts';
import { type Listening, listen } from './http/listen.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { receiverApp } from './http/receiver-app.ts';
import type { Log } from './log.ts';
import { Asker, askedSource } from './lookups/ask.ts';
import type { MappingDefinition } from './mapping/compile.ts';
import { Evaluator } from './mapping/evaluator/evaluator.ts';
import { PreviewEvaluator } from './mapping/evaluator/preview-evaluator.ts';
import type { Library } from './mapping/library.ts';
import { publicSettings } from './mapping/public-settings.ts';
import { type Clock, systemClock } from './model/clock.ts';
import { newId } from './model/id.ts';
import { Background } from './pipeline/background.ts';
import { LaneWorker } from './pipeline/deliver.ts';
import { Loop } from './pipeline/loop.ts';
import { preview } from './pipeline/preview.ts';
import { fixedMappings, type Mappings, Reload } from './pipeline/reload.ts';
import { linkedBy } from './pipeline/stitch.ts';
import { translate } from './pipeline/translate.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/store.ts';

/** Batches of events that wait for others' APIs; the next one waits with them. */
const lookUpsAtOnce = 10;

/** How long requests and attempts under way may take to finish when the gateway stops, in milliseconds. */
const stopGraceMs = { requests: 5_000, evaluation: 2_000, attempts: 12_000 };

export interface GatewayOptions {
  readonly settings: Settings;
  readonly file: GatewayFile;
  /** These and no others; without them those of MAPPINGS_DIR, put in force again whenever one is saved. */
  readonly mappings?: readonly MappingDefinition[];
  /** What a gateway.yaml that is saved later is read with; default: the process's own. */
  readonly environment?: () => Environment;
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
  /** The mapping files as they are now. */
  mappings(): Library;
  /** Finishes what is under way, hands the rest back, closes the store. Safe to call twice. */
  stop(): Promise<void>;
}

/** The composition root: opens the store, starts the workers, listens. Throws GatewayError with what to fix. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { settings, clock = systemClock } = options;
  const store = await openStore({ dataDir: settings.dataDir, clock, disk: settings.disk });
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
  let state: 'starting' | 'ready' | 'draining' = 'starting';
  const token = settings.adminToken ?? adminToken(settings.dataDir, () => randomBytes(32).toString('hex'));
  const mappings = (): Library => workers.mappings.library;
  const readiness = {
    notReady: () => (state === 'ready' ? undefined : state),
    mappings,
    gatewayFile: () => workers.mappings.gatewayFile,
  };
  const receiver = receiverApp({
    sources: new Map(file.sources.map((source) => [source.name, source])),
    publicUrl,
    store,
    clock,
    log,
    metrics,
    recorded: workers.wake,
    ...readiness,
  });
  const servers: Listening[] = [];
  const localUrl = (): string | undefined => servers[0]?.url;
  const previews = new PreviewEvaluator();
  const admin = adminApp({
    ...{ token, store, clock, metrics, log, file, publicUrl, localUrl },
    ...readiness,
    preview: (request) =>
      preview(request, {
        ...file,
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
      state = 'ready';
    },
    stop: async () => {
      if (state === 'draining') return;
      state = 'draining';
      await Promise.all(servers.map((server) => server.close(stopGraceMs.requests)));
      await Promise.all([workers.stop(), previews.stop()]);
      await store.close();
    },
  };
}

interface Workers {
  readonly mappings: Mappings;
  readonly lookups: Asker;
  /** There are new events. */
  wake(): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

function createWorkers(
  options: GatewayOptions,
  { store, clock, metrics }: Foundations & { readonly metrics: Metrics },
): Workers {
  const { file, log, random = Math.random, show } = options;
  const sender = createSender();
  const worker = newId('wrk', clock.now());
  const on = file.destinations.filter(({ off }) => off === null);
  const setup = { destinations: on.map(forEvaluator), vars: file.vars };
  const evaluator = new Evaluator({ ...setup, mappings: [] });
  const mappings = createMappings(options, clock, (definitions) =>
    evaluator.reload({ ...setup, mappings: definitions }),
  );
  const lookups = new Asker({ sources: file.sources.map(askedSource), sender, clock });
  const lookingUp = new Background('look-up', log, lookUpsAtOnce);
  const shutdown = new AbortController();
  const targets = new Map(
    on.map(({ name, destination, settings }) => {
      // Without secrets, as the mappings' own payloads are translated.
      const shown = publicSettings(destination, settings) as unknown as CommonSettings;
      return [name, { destination, settings: shown }];
    }),
  );
  const lanes = new Map(
    on.map((target) => [
      target.name,
      new LaneWorker(target, { store, sender, clock, show, worker, log, random, metrics }),
    ]),
  );
  const queued = (names: ReadonlySet<string>): void => {
    for (const name of names) lanes.get(name)?.wake();
  };
  const translating = new Loop({
    name: 'translate',
    clock,
    log,
    work: () =>
      translate({
        ...{ store, evaluator, lookups, lookingUp, targets, worker, clock, log, queued },
        shutdown: shutdown.signal,
      }),
    nextDueAt: () => store.nextDueAt({ kind: 'events' }),
  });
  return {
    mappings,
    lookups,
    wake: () => translating.wake(),
    start: async () => {
      await mappings.start();
      translating.start();
      for (const lane of lanes.values()) lane.start();
    },
    stop: async () => {
      const timer = setTimeout(() => void evaluator.stop(), stopGraceMs.evaluation);
      shutdown.abort();
      await Promise.all([mappings.stop(), translating.stop()]);
      await lookingUp.drained();
      clearTimeout(timer);
      await evaluator.stop();
      log.write('worker.drained', { worker: 'translate' });
      await Promise.all([...lanes.values()].map((lane) => lane.stop(stopGraceMs.attempts)));
      sender.close();
    },
  };
}

type Load = (definitions: readonly MappingDefinition[]) => Promise<void>;

function createMappings(options: GatewayOptions, clock: Clock, load: Load): Mappings {
  const { mappings, settings, file, log, environment = readEnvironment } = options;
  if (mappings !== undefined) return fixedMappings(mappings, { load, clock });
  const tester = new Evaluator({ mappings: [], destinations: [], vars: {} });
  return new Reload({
    folder: settings.mappingsDir,
    known: namesOf(file),
    check: (definitions) =>
      checkConfiguration({ file, settings, mappings: { definitions } }, () => true, {
        evaluator: tester,
        trace: false,
      }),
    gatewayFile: () => gatewayFileState({ settings, file }, environment),
    tester,
    load,
    clock,
    log,
  });
}

const forEvaluator = ({ name, destination, settings }: ConfiguredDestination) => ({
  name,
  type: destination.name,
  settings: publicSettings(destination, settings),
});
