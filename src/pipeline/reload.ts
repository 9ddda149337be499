import { join } from 'node:path';
import type { Log } from '../log.ts';
import type { TestResult } from '../mapping/check.ts';
import type { MappingDefinition } from '../mapping/compile.ts';
import type { Evaluator } from '../mapping/evaluator/evaluator.ts';
import { examine, readFile, withFixtures } from '../mapping/examine.ts';
import { fixturePaths } from '../mapping/fixtures.ts';
import { gatewayFileName, isMappingFileName } from '../mapping/folder.ts';
import {
  amend,
  definitionsIn,
  emptyLibrary,
  type Finding,
  type GatewayFileState,
  haveSameVersions,
  type Library,
  unchangedGatewayFile,
} from '../mapping/library.ts';
import { type Due, type DueFile, settlingTimes } from '../mapping/settling.ts';
import type { KnownNames } from '../mapping/static/known-names.ts';
import { FolderWatch } from '../mapping/watch.ts';
import { addMs, type Clock } from '../model/clock.ts';
import { Loop } from './loop.ts';
import { reportChanges, reportFolderFault, reportGatewayFile } from './report-mappings.ts';

/** How often the folder is looked at where the file system tells of no change. */
const lookEveryMs = 1_000;
/** Of a thousand files these are in memory at once. */
const readAtOnce = 20;
/** Whoever edits a mapping saves again soon, and need not wait for the tester's start each time. */
const testerRestsAfterMs = 10_000;

/** What is in force. */
export interface Mappings {
  readonly library: Library;
  readonly gatewayFile: GatewayFileState;
  /** Resolves when there is something in force. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Mappings that are given once, without files. */
export function fixedMappings(
  definitions: readonly MappingDefinition[],
  { load, clock }: Pick<ReloadDependencies, 'load' | 'clock'>,
): Mappings {
  const findings = definitions.map(
    (definition): Finding => ({ file: definition.file, kind: 'good', definition, problems: [] }),
  );
  return {
    library: amend(emptyLibrary, findings, clock.now()),
    gatewayFile: unchangedGatewayFile,
    start: () => load(definitions),
    stop: async () => undefined,
  };
}

export interface ReloadDependencies {
  readonly folder: string;
  readonly known: KnownNames;
  /** Runs the tests of mappings by means of `tester`; throws when it cannot. */
  readonly check: (definitions: readonly MappingDefinition[]) => Promise<readonly TestResult[]>;
  /** gateway.yaml as it is now, beside what the gateway has started with. */
  readonly gatewayFile: () => Promise<GatewayFileState>;
  /** Reads and tests; never the one that serves: what breaks it must not touch an event. */
  readonly tester: Pick<Evaluator, 'start' | 'read' | 'rest' | 'stop'>;
  /** Puts mappings in force all at once; when it throws, those before stay. */
  readonly load: (definitions: readonly MappingDefinition[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps what is in force in step with the mappings folder: look → read → test → swap. A file takes effect whole or not. */
export class Reload implements Mappings {
  readonly #dependencies: ReloadDependencies;
  readonly #watch: FolderWatch;
  readonly #loop: Loop;
  #isStopping = false;
  readonly #fixtures = new Map<string, readonly string[]>();
  #library: Library | undefined;
  #waiting = false;
  #testerNeededMs = 0;
  #gatewayFile = unchangedGatewayFile;
  #folderFaultIsTold = false;

  constructor(dependencies: ReloadDependencies) {
    const { folder, clock, log } = dependencies;
    this.#dependencies = dependencies;
    this.#watch = new FolderWatch(folder);
    this.#loop = new Loop({
      name: 'reload',
      clock,
      log,
      work: () => this.#work(),
      nextDueAt: async () => addMs(clock.now(), this.#waiting ? settlingTimes.stillMs : lookEveryMs),
    });
  }

  get library(): Library {
    return this.#library ?? emptyLibrary;
  }

  get gatewayFile(): GatewayFileState {
    return this.#gatewayFile;
  }

  /** Resolves when what is there has been put in force; a broken file is told and keeps none from serving. */
  async start(): Promise<void> {
    const { due } = await this.#watch.look(performance.now());
    await this.#dealWith(due);
    // Who starts a gateway seldom edits a mapping in the next seconds, and memory is short where others start too.
    void this.#dependencies.tester.rest();
    // While a change is given its time, the loop comes back by itself.
    await this.#watch.start(() => this.#waiting || this.#loop.wake());
    this.#loop.start();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#dependencies.tester.stop();
    await this.#watch.stop();
    await this.#loop.stop();
  }

  async #work(): Promise<boolean> {
    const { due, waiting } = await this.#look();
    this.#waiting = waiting;
    this.#readyTester(waiting || due.length > 0);
    try {
      if (due.length > 0) await this.#dealWith(due);
    } catch (error) {
      // What stopping interrupts has not failed.
      if (!this.#isStopping) throw error;
    }
    return false;
  }

  /** Starts it while a change is given its time, and ends it when no other change has followed. */
  #readyTester(isNeeded: boolean): void {
    const { tester } = this.#dependencies;
    const now = performance.now();
    // Whether it started is seen when it is used.
    if (isNeeded) {
      this.#testerNeededMs = now;
      tester.start().catch(() => undefined);
    } else if (now - this.#testerNeededMs > testerRestsAfterMs) {
      this.#testerNeededMs = Number.POSITIVE_INFINITY;
      void tester.rest();
    }
  }

  /** A folder that cannot be read takes no mapping along; it is told once. */
  async #look(): Promise<Due> {
    try {
      const look = await this.#watch.look(performance.now());
      this.#folderFaultIsTold = false;
      return look;
    } catch (error) {
      // Told once and not at every look, as the loop would.
      if (!this.#folderFaultIsTold) reportFolderFault(this.#dependencies.folder, error, this.#dependencies.log);
      this.#folderFaultIsTold = true;
      return { due: [], waiting: false };
    }
  }

  async #dealWith(due: readonly DueFile[]): Promise<void> {
    if (due.some(({ name }) => name === gatewayFileName)) await this.#compareGatewayFile();
    const findings = await this.#examine(due);
    if (this.#isStopping) return;
    await this.#putInForce(findings);
    this.#watch.dealtWith(due);
  }

  async #examine(due: readonly DueFile[]): Promise<readonly Finding[]> {
    const gone = due.filter(({ name, stamp }) => stamp === null && isMappingFileName(name)).map(({ name }) => name);
    for (const file of gone) this.#fixtures.delete(file);
    const findings = gone.map((file): Finding => ({ file, kind: 'gone' }));
    const names = this.#toRead(due);
    for (let from = 0; from < names.length; from += readAtOnce)
      findings.push(...(await this.#examineFiles(names.slice(from, from + readAtOnce))));
    return findings;
  }

  /** The mapping files that changed, and those whose tests read a file that did. */
  #toRead(due: readonly DueFile[]): readonly string[] {
    const changed = new Set(due.map(({ name }) => name));
    const there = due.filter(({ name, stamp }) => stamp !== null && isMappingFileName(name)).map(({ name }) => name);
    const users = [...this.#fixtures].filter(([, paths]) => paths.some((path) => changed.has(path)));
    return [...new Set([...there, ...users.map(([user]) => user)])];
  }

  async #examineFiles(names: readonly string[]): Promise<readonly Finding[]> {
    const { folder, known, check, tester } = this.#dependencies;
    const read = tester.read.bind(tester);
    const files = await Promise.all(names.map((name) => readFile(name, { folder, known, read })));
    for (const { file, fixtures = [] } of files) this.#fixtures.set(file, fixturePaths(fixtures));
    // From before their tests read them on: no change of a fixture goes unseen.
    await this.#watch.follow(new Set([...this.#fixtures.values()].flat()));
    return examine(await Promise.all(files.map((file) => withFixtures(file, folder))), check);
  }

  async #putInForce(findings: readonly Finding[]): Promise<void> {
    const { load, clock, log } = this.#dependencies;
    const before = this.#library;
    const after = amend(this.library, findings, clock.now());
    if (before === undefined || !haveSameVersions(before, after)) await load(definitionsIn(after));
    this.#library = after;
    reportChanges(before ?? emptyLibrary, after, log);
  }

  /** What a change of gateway.yaml would take (ports, secrets, lanes) is decided when the gateway starts. */
  async #compareGatewayFile(): Promise<void> {
    // At the start it has just been read.
    if (this.#library === undefined) return;
    const { gatewayFile, folder, log } = this.#dependencies;
    const before = JSON.stringify(this.#gatewayFile);
    this.#gatewayFile = await gatewayFile();
    if (JSON.stringify(this.#gatewayFile) === before) return;
    reportGatewayFile(join(folder, gatewayFileName), this.#gatewayFile, log);
  }
}
