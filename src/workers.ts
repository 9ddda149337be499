import { checkConfiguration } from './config/check-setup.ts';
import { type Environment, readEnvironment } from './config/environment.ts';
import { gatewayFileState } from './config/gateway-change.ts';
import type { GatewayFile } from './config/gateway-file.ts';
import { namesOf } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import { createSender, type Sender } from './delivery/send.ts';
import type { CommonSettings, ConfiguredDestination } from './destinations/destination.ts';
import type { Log } from './log.ts';
import { Asker, askedSource } from './lookups/ask.ts';
import type { MappingDefinition } from './mapping/compile.ts';
import { Evaluator } from './mapping/evaluator/evaluator.ts';
import type { EvaluatorSetup } from './mapping/evaluator/protocol.ts';
import { definitionsIn } from './mapping/library.ts';
import { publicSettings } from './mapping/public-settings.ts';
import type { Clock } from './model/clock.ts';
import type { Receipt, ReceivedRequest } from './model/event.ts';
import { newId, type ReplayId } from './model/id.ts';
import type { ReplayOrder } from './model/replay.ts';
import type { AttemptDependencies } from './pipeline/attempt.ts';
import { Background } from './pipeline/background.ts';
import { type DeliverDependencies, type DeliveryMetrics, LaneWorker } from './pipeline/deliver.ts';
import { probeCorrected } from './pipeline/held-lanes.ts';
import { Loop } from './pipeline/loop.ts';
import { Planner } from './pipeline/planner.ts';
import { fixedMappings, type Mappings, Reload } from './pipeline/reload.ts';
import { ReplayWorker } from './pipeline/replay.ts';
import type { ReplayPlan } from './pipeline/replay-plan.ts';
import { sendTestEvent, type TestedDestination } from './pipeline/test-event.ts';
import { Translator } from './pipeline/translate.ts';
import { unservedIn } from './pipeline/unserved.ts';
import type { Store } from './store/store.ts';

/** Batches of events that wait for others' APIs; the next one waits with them. */
const lookUpsAtOnce = 10;

/** How long what is under way may take to finish when the gateway stops, in milliseconds. */
const stopGraceMs = { evaluation: 2_000, attempts: 16_000 };

export interface WorkerOptions {
  readonly settings: Settings;
  readonly file: GatewayFile;
  /** These and no others; without them those of MAPPINGS_DIR, put in force again whenever one is saved. */
  readonly mappings?: readonly MappingDefinition[];
  /** What a gateway.yaml that is saved later is read with; default: the process's own. */
  readonly environment?: () => Environment;
  readonly log: Log;
  /** [0, 1): the jitter of retries. */
  readonly random?: () => number;
  /** Where destinations of type console show their payloads. */
  readonly show: (text: string) => void;
}

interface Foundations {
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: DeliveryMetrics;
}

/** What works on its own from start to stop: translating, delivering, and the mappings both go by. */
export interface Workers {
  readonly mappings: Mappings;
  readonly lookups: Asker;
  readonly sender: Sender;
  /** Records a request, and takes up what it brings. */
  record(request: ReceivedRequest): Promise<Receipt>;
  /** There are new events. */
  wake(): void;
  /** A lane may let something through again. */
  wakeLane(destination: string): void;
  test(target: ConfiguredDestination): Promise<TestedDestination>;
  /** There is a new replay. */
  replayStarted(id: ReplayId): void;
  /** What a replay would do by the mappings in force. */
  planReplay(order: ReplayOrder, abandoned: AbortSignal): Promise<ReplayPlan>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createWorkers(options: WorkerOptions, { store, clock, metrics }: Foundations): Workers {
  const { file, log, random = Math.random, show } = options;
  const sender = createSender();
  const worker = newId('wrk', clock.now());
  const on = file.destinations.filter(({ off }) => off === null);
  const setup = setupOf(options, on);
  const evaluator = new Evaluator({ ...setup, mappings: [] });
  const mappings = createMappings(options, clock, (definitions) =>
    evaluator.reload({ ...setup, mappings: definitions }),
  );
  const lookups = new Asker({ sources: file.sources.map(askedSource), sender, clock });
  const lookingUp = new Background('look-up', log, lookUpsAtOnce);
  const shutdown = new AbortController();
  const targets = new Map(on.map(({ name, ...target }) => [name, withoutSecrets(target)]));
  const lanes = lanesTo(on, { store, sender, clock, show, worker, log, random, metrics });
  const queued = (names: ReadonlySet<string>): void => {
    for (const name of names) lanes.get(name)?.wake();
  };
  const translator = new Translator({
    ...{ store, evaluator, lookups, lookingUp, targets, worker, clock, log, queued },
    shutdown: shutdown.signal,
  });
  const translating = new Loop({
    name: 'translate',
    clock,
    log,
    isShared: store.isShared,
    work: () => translator.work(),
    nextDueAt: () => store.nextDueAt({ kind: 'events' }),
  });
  const replaying = new ReplayWorker({ store, clock, log, putInLine: () => translating.wake() });
  const plans = new Planner({
    ...{ store, lookups, targets, clock },
    evaluator: () => new Evaluator({ ...setup, mappings: definitionsIn(mappings.library) }),
  });
  return {
    ...{ mappings, lookups, sender },
    replayStarted: (id) => replaying.started(id),
    planReplay: (order, abandoned) => plans.plan(order, abandoned),
    record: (request) => translator.record(request),
    wake: () => translating.wake(),
    wakeLane: (name) => lanes.get(name)?.wake(),
    test: testsWith(setup, { sender, clock, show, shutdown: shutdown.signal }),
    start: async () => {
      // While the mappings are read and tested; whether it did start is seen when they are loaded.
      evaluator.start().catch(() => undefined);
      await mappings.start();
      await probeCorrected({ store, clock });
      for (const unserved of unservedIn(await store.stats(), file.destinations)) log.write('lane.unserved', unserved);
      translating.start();
      await replaying.start();
      for (const lane of lanes.values()) lane.start();
    },
    stop: async () => {
      const timer = setTimeout(() => void evaluator.stop(), stopGraceMs.evaluation);
      shutdown.abort();
      // From now on, so that no request need be cut that is within the usual time.
      const delivered = Promise.all([...lanes.values()].map((lane) => lane.stop(stopGraceMs.attempts)));
      await Promise.all([mappings.stop(), replaying.stop(), plans.stop(), translating.stop()]);
      await translator.stop();
      await lookingUp.drained();
      clearTimeout(timer);
      await evaluator.stop();
      log.write('worker.drained', { worker: 'translate' });
      await delivered;
      sender.close();
    },
  };
}

const setupOf = ({ file, settings }: WorkerOptions, on: readonly ConfiguredDestination[]) => ({
  destinations: on.map(forEvaluator),
  vars: file.vars,
  interprets: settings.interprets,
});

/** Evaluates in a process of its own, so that what it costs is nothing to the events under way. */
const testsWith =
  (setup: Omit<EvaluatorSetup, 'mappings'>, dependencies: AttemptDependencies): Workers['test'] =>
  (target) =>
    sendTestEvent(target, {
      ...dependencies,
      evaluate: async (mapping, event) => {
        const evaluator = new Evaluator({ ...setup, mappings: [mapping] });
        try {
          return (await evaluator.evaluate([event])).get(event.id);
        } finally {
          await evaluator.stop();
        }
      },
    });

const lanesTo = (
  targets: readonly ConfiguredDestination[],
  dependencies: DeliverDependencies,
): ReadonlyMap<string, LaneWorker> =>
  new Map(targets.map((target) => [target.name, new LaneWorker(target, dependencies)]));

type Load = (definitions: readonly MappingDefinition[]) => Promise<void>;

function createMappings(options: WorkerOptions, clock: Clock, load: Load): Mappings {
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

/** As the mappings' own payloads are translated. */
const withoutSecrets = ({ destination, settings }: Pick<ConfiguredDestination, 'destination' | 'settings'>) => ({
  destination,
  settings: publicSettings(destination, settings) as unknown as CommonSettings,
});

const forEvaluator = ({ name, destination, settings }: ConfiguredDestination) => ({
  name,
  type: destination.name,
  settings: publicSettings(destination, settings),
});
