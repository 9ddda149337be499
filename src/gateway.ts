import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { adminToken } from './config/admin-token.ts';
import { Authoring } from './config/authoring.ts';
import type { Settings } from './config/settings.ts';
import { library } from './destinations/user-agent.ts';
import { Doorkeeper } from './http/access/doorkeeper.ts';
import { adminApp } from './http/admin-app.ts';
import type { ToldSecrets } from './http/handshake.ts';
import { type Listening, listen } from './http/listen.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { receiverApp } from './http/receiver-app.ts';
import type { RunningAs } from './http/settings-api.ts';
import type { MappingDefinition } from './mapping/compile.ts';
import { PreviewEvaluator } from './mapping/evaluator/preview-evaluator.ts';
import { definitionsIn, type Library } from './mapping/library.ts';
import type { Clock } from './model/clock.ts';
import type { UnsavedText } from './pipeline/authoring.ts';
import { askBy, Certificates } from './pipeline/certificates.ts';
import { explain } from './pipeline/explain.ts';
import { MappingFiles } from './pipeline/mapping-files.ts';
import { type PreviewRequest, type PreviewSetup, preview } from './pipeline/preview.ts';
import type { PreviewEvent } from './pipeline/preview-event.ts';
import { RefusalCounter } from './pipeline/refusals.ts';
import { sendSample } from './pipeline/send-sample.ts';
import { linkedBy } from './pipeline/stitch.ts';
import { Sweeper } from './pipeline/sweep.ts';
import { openStore } from './store/open.ts';
import type { Damage, Store } from './store/store.ts';
import { createWorkers, type WorkerOptions, type Workers } from './workers.ts';

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
  /** Where the console's password is set, as long as it has none. */
  readonly setupUrl: string | undefined;
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
    const setupUrl = await parts.askForPassword();
    const { token, mappings, stop } = parts;
    return { url: receiver.url, adminUrl: admin.url, token, setupUrl, mappings, stop };
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
  /** Prints the link that sets the console's password where it has none and needs one. */
  askForPassword(): Promise<string | undefined>;
  stop(): Promise<void>;
}

interface Foundations {
  readonly store: Store;
  readonly clock: Clock;
}

/** Who is let into the console, and how its first password comes about. */
function doorOf({ settings, log }: GatewayOptions, { store, clock }: Foundations, adminUrl: () => string | undefined) {
  const { adminProxy: proxy } = settings;
  const doorkeeper = new Doorkeeper({ store, clock });
  const setupUrl = (secret: string): string => `${settings.adminUrl ?? adminUrl()}/setup?token=${secret}`;
  return {
    doorkeeper,
    proxy,
    setupUrl,
    hosts: { ...settings, adminHosts: [...settings.adminHosts, settings.adminHost] },
    askForPassword: async (): Promise<string | undefined> => {
      if (proxy?.userHeader !== undefined || (await doorkeeper.hasPassword())) return undefined;
      // Of replicas that start together each prints a link, and all of them are good.
      const { secret, endsAt } = await doorkeeper.makeSetupLink({ isOnly: !store.isShared });
      const url = setupUrl(secret);
      log.write('setup.needed', { next: `Set your admin password: ${url}`, until: endsAt.toISOString() });
      return url;
    },
  };
}

/** What people who write mappings over the API are helped with, by an evaluator of its own. */
function authoringParts(options: GatewayOptions, { store, clock }: Foundations, workers: Workers) {
  const { settings, file, mappings: given } = options;
  const evaluator = new PreviewEvaluator();
  const authoring = new Authoring({ file, settings, previews: evaluator });
  const checkText = (text: UnsavedText) => authoring.check(text);
  const setup: PreviewSetup = {
    ...{ ...file, clock, lookups: workers.lookups, interprets: settings.interprets },
    linked: (items) => linkedBy(items, store),
    evaluate: (mappings, event, facts) => evaluator.evaluate(mappings, event, facts),
  };
  const files = new MappingFiles({
    folder: given === undefined ? settings.mappingsDir : undefined,
    isEnabled: settings.editsMappings,
    check: checkText,
  });
  const readers = async (source: string, keys: readonly string[]) => {
    // What parses their expressions is loaded when somebody asks.
    const { mappingReaders } = await import('./pipeline/mapping-readers.ts');
    return await mappingReaders(definitionsIn(workers.mappings.library), source, keys);
  };
  return {
    parts: {
      ...{ authoring, checkText, files, readers },
      preview: (request: PreviewRequest) => preview(request, setup),
      explain: (definition: MappingDefinition, event: PreviewEvent) => explain(definition, event, setup),
    },
    stop: () => evaluator.stop(),
  };
}

function assemble(options: GatewayOptions, { store, clock }: Foundations): Parts {
  const { settings, file, log } = options;
  const { publicUrl } = settings;
  const metrics = createMetrics({ store, clock });
  const workers = createWorkers(options, { store, clock, metrics });
  const refusals = new RefusalCounter({ store, clock, log });
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
  const certificates = new Certificates({ ask: askBy(workers.sender), clock });
  const receiver = receiverApp({
    sources: new Map(file.sources.map((source) => [source.name, source])),
    ...{ publicUrl, clock, log, toldSecrets, certificates, store: recordedBy(workers, store) },
    metrics: alsoCounted(metrics, refusals),
    recorded: workers.wake,
    ...readiness,
  });
  const servers: Listening[] = [];
  const localUrl = (): string | undefined => servers[0]?.url;
  const door = doorOf(options, { store, clock }, () => servers[1]?.url);
  const writing = authoringParts(options, { store, clock }, workers);
  const ending = new AbortController();
  const admin = adminApp({
    ...{ token, store, clock, metrics, log, file, publicUrl, localUrl, toldSecrets },
    ...door,
    ...readiness,
    runningAs: runningAs(settings, clock),
    ...commandsOf(workers),
    sendSample: (request) =>
      sendSample(request, { sources: file.sources, store, sender: workers.sender, clock, publicUrl, localUrl }),
    ending: ending.signal,
    ...writing.parts,
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
      refusals.start();
      state = 'ready';
    },
    askForPassword: door.askForPassword,
    stop: async () => {
      if (state === 'draining') return;
      state = 'draining';
      await pause(options.announceMs ?? 0);
      ending.abort();
      // What is received to the end is on disk; it waits for the next start.
      await Promise.all([
        ...servers.map((server) => server.close(requestGraceMs)),
        ...[workers.stop(), sweeper.stop(), writing.stop()],
      ]);
      await refusals.stop();
      await store.close();
    },
  };
}

/** What the receiver needs of the store; what it brings is taken up at once. */
const recordedBy = ({ record }: Workers, store: Store): Pick<Store, 'recordRequest' | 'ping' | 'condition'> => ({
  recordRequest: record,
  ping: () => store.ping(),
  condition: () => store.condition(),
});

/** What was refused is counted where it outlives this process. */
const alsoCounted = (metrics: Metrics, refusals: RefusalCounter): Pick<Metrics, 'requestReceived' | 'secretUsed'> => ({
  secretUsed: metrics.secretUsed,
  requestReceived: (source, outcome, seconds) => {
    metrics.requestReceived(source, outcome, seconds);
    if (outcome !== 'accepted' && outcome !== 'asked') refusals.count(source, outcome);
  },
});

const commandsOf = ({ wakeLane, test, replayStarted, planReplay }: Workers) => ({
  ...{ resumed: wakeLane, test, replayStarted, planReplay },
});

const runningAs = (settings: Settings, clock: Clock): RunningAs => ({
  version: library.version,
  node: process.versions.node,
  startedAt: clock.now(),
  store: settings.databaseUrl === undefined ? 'sqlite' : 'postgres',
  publicUrl: settings.publicUrl,
  mappingsDir: settings.mappingsDir,
  keep: settings.keep,
  logLevel: settings.logLevel,
  token: settings.adminToken === undefined ? 'file' : 'environment',
});
