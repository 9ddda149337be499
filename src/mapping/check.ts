import { dateFromMs } from '../model/clock.ts';
import { defined } from '../model/defined.ts';
import type { ClaimedEvent, SourceEvent } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { MappingDefinition } from './compile.ts';
import { Evaluator } from './evaluator/evaluator.ts';
import type { EvaluatorSetup } from './evaluator/protocol.ts';
import type { LookupFact } from './facts.ts';
import { readFixture } from './fixtures.ts';
import { mergePatch } from './merge.ts';
import { publicSettings } from './public-settings.ts';
import { endedRuns, type Run } from './run.ts';
import type { MappingTest } from './schema.ts';
import type { Linked } from './stitching.ts';
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

/** What a test says beside the body. */
export interface GivenBeside {
  /** As the URL would tell it; null where the body does. */
  readonly kind: string | null;
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface CheckSetup {
  /** The folder that `given: fixtures/…` is relative to. */
  readonly folder: string;
  readonly definitions: readonly MappingDefinition[];
  readonly vars: JsonObject;
  /** Leaves every expression to JSONata's interpreter. */
  readonly interprets: boolean;
  /** Destinations by name with the settings to test with; samples, so that a test never depends on an environment. */
  readonly destinations: readonly TestDestination[];
  /** How the named source reads a body: the source's own parser. */
  readonly describe: (source: string, body: Json, beside: GivenBeside) => SourceEvent | undefined;
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
  ({ destinations, vars, interprets }: CheckSetup) =>
  (definitions: readonly MappingDefinition[]): EvaluatorSetup => ({
    mappings: definitions.map((definition) => ({ ...definition, content: { ...definition.content, enabled: true } })),
    destinations: destinations.map(({ name, destination, settings }) => ({
      name,
      type: destination.name,
      settings: publicSettings(destination, settings),
    })),
    vars,
    interprets,
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
  const stubs = await stubbedBy(test, definition, setup.folder);
  if ('failure' in stubs) return unreadable(stubs.failure);
  const { file } = definition;
  const known = { linked: { [file]: [linkedBy(test)] }, lookups: { [file]: stubs.facts } };
  const facts = new Map([[event.id, known]]);
  const evaluation = (await evaluator.evaluate([event], { trace: setup.trace ?? true, facts })).get(event.id);
  if (evaluation?.kind !== 'runs') {
    const message = evaluation?.message ?? 'was not evaluated';
    return { failures: [{ kind: 'mapping', message, from: [], says: [] }] };
  }
  const run = endedRuns(evaluation.runs).find(({ mapping }) => mapping.file === definition.file);
  const failures = testFailures({ test, content: definition.content, run, destinations: setup.destinations });
  return run === undefined ? { failures } : { failures, run };
}

/** What the mapping's lookups come to in a test: what it says, and nothing where it says nothing. */
async function stubbedBy(
  test: MappingTest,
  { content }: MappingDefinition,
  folder: string,
): Promise<{ readonly facts: Readonly<Record<string, LookupFact>> } | { readonly failure: string }> {
  const facts: Record<string, LookupFact> = {};
  for (const name of Object.keys(content.lookup ?? {})) {
    const stub = test.lookup?.[name];
    if (stub === undefined)
      facts[name] = { missing: `the test does not say what it finds: add  lookup: { ${name}: … }` };
    else if (stub === '(absent)') facts[name] = { missing: 'the test says that there is none' };
    else {
      const found = await givenBody(stub, folder);
      if ('failure' in found) return { failure: found.failure.replace('given:', `lookup.${name}:`) };
      facts[name] = { found: found.body };
    }
  }
  return { facts };
}

/** The links are what the test says they are: nothing, if it says nothing. */
const linkedBy = ({ linked }: MappingTest): Linked =>
  defined({ userId: linked?.user_id, anonymousId: linked?.anonymous_id });

const unreadable = (message: string): Tested => ({ failures: [{ kind: 'given', message, from: [], says: ['given'] }] });

async function givenBody(given: Json, folder: string): Promise<{ body: Json } | { failure: string }> {
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
  const headers = lowerCaseNames(test.headers ?? {});
  const described = describe(source, body, { kind: test.type ?? null, headers });
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
    inLineSince: testTime,
    kind: test.type ?? null,
    url: `/in/${source}`,
    headers,
    bodyText: JSON.stringify(body),
    item: null,
  };
}

/** As the receiver keeps them. */
const lowerCaseNames = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
