import { dateFromMs } from '../model/clock.ts';
import type { ClaimedEvent, SourceEvent } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { MappingDefinition } from './compile.ts';
import { Evaluator } from './evaluator/evaluator.ts';
import type { EvaluatorSetup } from './evaluator/protocol.ts';
import { readFixture } from './fixtures.ts';
import { mergePatch } from './merge.ts';
import { publicSettings } from './public-settings.ts';
import type { Run } from './run.ts';
import type { MappingTest } from './schema.ts';
import { type TestDestination, type TestFailure, testFailures } from './test-failure.ts';

/** What came of one entry of a mapping's `tests:`. */
export interface TestResult {
  readonly file: string;
  readonly index: number;
  readonly name: string;
  /** Empty when the test passed. */
  readonly failures: readonly TestFailure[];
  readonly durationMs: number;
  /** What the mapping made of the test's event, with its trace; absent when it was not asked or does not match. */
  readonly run?: Run;
}

export interface CheckSetup {
  /** The folder that `given: fixtures/…` is relative to. */
  readonly folder: string;
  readonly definitions: readonly MappingDefinition[];
  readonly vars: JsonObject;
  /** Destinations by name with the settings to test with; samples, so that a test never depends on an environment. */
  readonly destinations: readonly TestDestination[];
  /** How the named source reads a body: the source's own parser. */
  readonly describe: (source: string, body: Json, kind: string | null) => SourceEvent | undefined;
  /** Ends the run early: it rejects with EVALUATOR_UNAVAILABLE. */
  readonly signal?: AbortSignal;
  /** Runs them; one that is there for nothing else. Without it one is started for this run. */
  readonly evaluator?: Evaluator;
  /** False where nobody asks what a failure comes from: tracing is most of a test's time. Default: true. */
  readonly trace?: boolean;
}

/** Tests run at one fixed moment, so that payloads with times in them can be compared whole. */
export const testTime = dateFromMs(Date.UTC(2026, 0, 1, 12));

/** Runs every mapping's `tests:` through the evaluator that the gateway uses. Fixtures that cannot be read fail their test. */
export async function checkMappings(setup: CheckSetup): Promise<readonly TestResult[]> {
  const alone = evaluatorSetup(setup);
  const evaluator = setup.evaluator ?? new Evaluator(alone([]));
  const stop = (): void => void evaluator.stop();
  if (setup.signal?.aborted === true) stop();
  setup.signal?.addEventListener('abort', stop);
  try {
    const results: TestResult[] = [];
    for (const definition of setup.definitions) {
      const tests = definition.content.tests ?? [];
      // Each mapping alone: another one for the same events must not cost its time or end its process.
      if (tests.length > 0) await evaluator.reload(alone([definition]));
      for (const [index, test] of tests.entries()) {
        const startedMs = performance.now();
        const tested = await runTest(test, definition, { setup, evaluator });
        const durationMs = performance.now() - startedMs;
        results.push({ file: definition.file, index, name: test.name, durationMs, ...tested });
      }
    }
    return results;
  } finally {
    setup.signal?.removeEventListener('abort', stop);
    if (setup.evaluator === undefined) await evaluator.stop();
  }
}

const evaluatorSetup =
  ({ destinations, vars }: CheckSetup) =>
  (definitions: readonly MappingDefinition[]): EvaluatorSetup => ({
    mappings: definitions.map((definition) => ({ ...definition, content: { ...definition.content, enabled: true } })),
    destinations: destinations.map(({ name, destination, settings }) => ({
      name,
      type: destination.name,
      settings: publicSettings(destination, settings),
    })),
    vars,
  });

interface Running {
  readonly setup: CheckSetup;
  readonly evaluator: Evaluator;
}

type Tested = Pick<TestResult, 'failures' | 'run'>;

async function runTest(
  test: MappingTest,
  definition: MappingDefinition,
  { setup, evaluator }: Running,
): Promise<Tested> {
  const given = await givenBody(test.given, setup.folder);
  if ('failure' in given) return unreadable(given.failure);
  const body = test.change === undefined ? given.body : mergePatch(given.body, test.change);
  const event = testEvent(test, body, { definition, describe: setup.describe });
  if (event === undefined)
    return unreadable('the source cannot read this body; is it one event as the source sends it?');
  const evaluation = (await evaluator.evaluate([event], { trace: setup.trace ?? true })).get(event.id);
  if (evaluation?.kind !== 'runs') {
    const message = evaluation?.message ?? 'was not evaluated';
    return { failures: [{ kind: 'mapping', message, from: [], says: [] }] };
  }
  const run = evaluation.runs.find(({ mapping }) => mapping.file === definition.file);
  const failures = testFailures({ test, content: definition.content, run, destinations: setup.destinations });
  return run === undefined ? { failures } : { failures, run };
}

const unreadable = (message: string): Tested => ({ failures: [{ kind: 'given', message, from: [], says: ['given'] }] });

async function givenBody(given: MappingTest['given'], folder: string): Promise<{ body: Json } | { failure: string }> {
  if (typeof given !== 'string') return { body: given };
  const read = await readFixture(given, folder);
  return 'body' in read ? read : { failure: `given: ${given} ${read.message}` };
}

interface Described {
  readonly definition: MappingDefinition;
  readonly describe: CheckSetup['describe'];
}

function testEvent(test: MappingTest, body: Json, { definition, describe }: Described): ClaimedEvent | undefined {
  const source = definition.content.source;
  const described = describe(source, body, test.type ?? null);
  if (described === undefined) return undefined;
  const id: EventId = 'evt_test';
  return {
    id,
    claimedBy: 'wrk_test',
    tries: 1,
    source,
    type: test.type ?? described.type,
    externalId: described.externalId,
    occurredAt: described.occurredAt,
    receivedAt: testTime,
    kind: test.type ?? null,
    url: `/in/${source}`,
    headers: lowerCaseNames(test.headers ?? {}),
    bodyText: JSON.stringify(body),
    item: null,
  };
}

/** As the receiver keeps them. */
const lowerCaseNames = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
