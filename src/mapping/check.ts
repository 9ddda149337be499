import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import type { CommonSettings, Destination } from '../destinations/destination.ts';
import { dateFromMs } from '../model/clock.ts';
import type { ClaimedEvent, SourceEvent } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { MappingDefinition } from './compile.ts';
import { Evaluator } from './evaluator/evaluator.ts';
import { expectationFailures } from './expectation.ts';
import { mergePatch } from './merge.ts';
import { publicSettings } from './public-settings.ts';
import type { DestinationResult, Run } from './run.ts';
import type { MappingTest } from './schema.ts';

/** What came of one entry of a mapping's `tests:`. */
export interface TestResult {
  readonly file: string;
  readonly index: number;
  readonly name: string;
  /** Empty when the test passed. */
  readonly failures: readonly string[];
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
}

export interface TestDestination {
  readonly name: string;
  readonly destination: Destination;
  readonly settings: CommonSettings;
}

/** Tests run at one fixed moment, so that payloads with times in them can be compared whole. */
const testTime = dateFromMs(Date.UTC(2026, 0, 1, 12));

/** Runs every mapping's `tests:` through the evaluator that the gateway uses. Fixtures that cannot be read fail their test. */
export async function checkMappings(setup: CheckSetup): Promise<readonly TestResult[]> {
  const evaluator = new Evaluator({
    mappings: setup.definitions.map((definition) => ({
      ...definition,
      content: { ...definition.content, enabled: true },
    })),
    destinations: setup.destinations.map(({ name, destination, settings }) => ({
      name,
      type: destination.name,
      settings: publicSettings(destination, settings),
    })),
    vars: setup.vars,
  });
  try {
    const results: TestResult[] = [];
    for (const definition of setup.definitions) {
      for (const [index, test] of (definition.content.tests ?? []).entries()) {
        const failures = await runTest(test, definition, { setup, evaluator });
        results.push({ file: definition.file, index, name: test.name, failures });
      }
    }
    return results;
  } finally {
    await evaluator.stop();
  }
}

interface Running {
  readonly setup: CheckSetup;
  readonly evaluator: Evaluator;
}

async function runTest(
  test: MappingTest,
  definition: MappingDefinition,
  { setup, evaluator }: Running,
): Promise<readonly string[]> {
  const given = await givenBody(test.given, setup.folder);
  if ('failure' in given) return [given.failure];
  const body = test.change === undefined ? given.body : mergePatch(given.body, test.change);
  const event = testEvent(test, body, { definition, describe: setup.describe });
  if (event === undefined) return ['the source cannot read this body; is it one event as the source sends it?'];
  const evaluation = (await evaluator.evaluate([event])).get(event.id);
  if (evaluation?.kind !== 'runs') return [evaluation?.message ?? 'was not evaluated'];
  const run = evaluation.runs.find(({ mapping }) => mapping.file === definition.file);
  return [...compare(test, run), ...contractFailures(run, setup.destinations)];
}

async function givenBody(given: MappingTest['given'], folder: string): Promise<{ body: Json } | { failure: string }> {
  if (typeof given !== 'string') return { body: given };
  const path = join(folder, given);
  const inside = relative(folder, path);
  if (isAbsolute(given) || inside.startsWith('..'))
    return { failure: `given: ${given} is outside the mappings folder` };
  try {
    return { body: JSON.parse(await readFile(path, 'utf8')) as Json };
  } catch (error) {
    // A missing or broken fixture is this test's failure, not the end of the run.
    return { failure: `given: ${given} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
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

function compare(test: MappingTest, run: Run | undefined): readonly string[] {
  if (run?.outcome === 'failed') return [`${run.path}: ${run.message}`];
  const results = run?.outcome === 'translated' ? run.items.flatMap((item) => item.results) : [];
  const failed = results.flatMap((result) =>
    result.outcome === 'failed' ? [`${result.path}: ${result.message}`] : [],
  );
  return failed.length > 0 ? failed : unexpected(test, results, whySkipped(run));
}

function whySkipped(run: Run | undefined): string | undefined {
  if (run === undefined) return 'the mapping does not match this event type';
  return run.outcome === 'skipped' ? `the mapping skipped: ${run.reason}` : undefined;
}

function unexpected(
  { expect = {}, expect_exactly: exactly = {} }: MappingTest,
  results: readonly DestinationResult[],
  skipped: string | undefined,
): readonly string[] {
  if (expect === 'skipped') {
    const sent = results.filter(({ outcome }) => outcome === 'payload').map(({ destination }) => destination);
    return sent.length === 0 ? [] : [`expected skipped, but it goes to ${sent.join(', ')}`];
  }
  const failuresOf = (
    wanted: Exclude<MappingTest['expect'], 'skipped' | undefined>,
    exact: boolean,
  ): readonly string[] =>
    Object.entries(wanted).flatMap(([name, payload]) => {
      const own = results.filter(({ destination }) => destination === name);
      return expectationFailures(name, payload, { results: own, skipped, exact });
    });
  return [...failuresOf(expect, false), ...failuresOf(exactly, true)];
}

/** A payload that its destination would refuse fails the test, whatever the test expects. */
function contractFailures(run: Run | undefined, destinations: readonly TestDestination[]): readonly string[] {
  if (run?.outcome !== 'translated') return [];
  return run.items.flatMap(({ results }) =>
    results.flatMap((result) => {
      const target = destinations.find(({ name }) => name === result.destination);
      if (result.outcome !== 'payload' || target === undefined || !isJsonObject(result.payload)) return [];
      return target.destination
        .check(result.payload)
        .map(({ path, message }) => `${[result.destination, path].filter(Boolean).join('.')}: ${message}`);
    }),
  );
}
