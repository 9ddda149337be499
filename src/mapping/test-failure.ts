import type { CommonSettings, Destination } from '../destinations/destination.ts';
import type { Position } from '../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { type Difference, expectationFailures, fieldName } from './expectation.ts';
import { emptyOrigins, explained, type Origin, originsOf, placeIn, settingsOf } from './origin.ts';
import type { DestinationResult, Run, RunItem } from './run.ts';
import type { MappingFile, MappingTest } from './schema.ts';
import type { TemplatePath } from './template.ts';

/** One reason why a mapping's test fails. */
export interface TestFailure {
  readonly kind: Difference['kind'] | 'refused' | 'mapping' | 'given';
  /** All of it in one sentence. */
  readonly message: string;
  /** As in `usermaven.event_attributes.revenue`; absent where the failure is about no field. */
  readonly field?: string;
  readonly expected?: Json;
  /** Absent where there is nothing. */
  readonly received?: Json;
  /** What in the mapping made it so, nearest first. */
  readonly from: readonly Origin[];
  /** What in the test says otherwise, as in `['expect', 'usermaven']`; empty for the test as a whole. */
  readonly says: TemplatePath;
  /** Where `says` stands, once it was looked up. */
  readonly at?: Position;
}

export interface TestDestination {
  readonly name: string;
  readonly destination: Destination;
  readonly settings: CommonSettings;
}

export interface Judged {
  readonly test: MappingTest;
  readonly content: MappingFile;
  /** What the mapping made of the test's event; undefined when it does not match its type. */
  readonly run: Run | undefined;
  readonly destinations: readonly TestDestination[];
}

/** What is wrong with what a mapping made of a test's event; empty when the test passes. */
export function testFailures(judged: Judged): readonly TestFailure[] {
  const trace = judged.run?.trace ?? [];
  return failuresOf(judged).map((failure) => ({ ...failure, from: explained(failure.from, trace) }));
}

function failuresOf(judged: Judged): readonly TestFailure[] {
  const { run } = judged;
  if (run?.outcome === 'failed') return [brokenMapping(run, judged)];
  const items = run?.outcome === 'translated' ? run.items : [];
  const results = items.flatMap((item) => item.results);
  const broken = results.flatMap((result) => (result.outcome === 'failed' ? [brokenMapping(result, judged)] : []));
  if (broken.length > 0) return broken;
  return [...unexpected(results, judged), ...items.flatMap((item) => refusals(item, judged))];
}

function brokenMapping(
  { path, message }: { readonly path: string; readonly message: string },
  { run, content }: Judged,
): TestFailure {
  const trace = run?.trace ?? [];
  const fault = trace.findLast((entry) => entry.result.kind === 'fault' && entry.path.join('.') === path);
  const empty = fault === undefined ? emptyOrigins(path.split('.'), neededKeys[path], { content, trace }) : [];
  const from = empty.length > 0 ? empty : [placeOf(fault?.path ?? path.split('.'), content)];
  return { kind: 'mapping', message: `${path}: ${message}`, from, says: [] };
}

/** Of these blocks the keys of which one must be there: that another one is empty is no fault. */
const neededKeys: Readonly<Record<string, readonly string[]>> = { 'event.user': ['id', 'anonymous_id'] };

/** The place in the file, or the nearest block around it. */
function placeOf(path: TemplatePath, content: MappingFile): Origin {
  return placeIn(content as unknown as Json, [], path) ?? { path, written: null };
}

function unexpected(results: readonly DestinationResult[], judged: Judged): readonly TestFailure[] {
  const { test, run } = judged;
  if (test.expect === 'skipped') return notSkipped(results, judged);
  const skipped = whySkipped(run);
  return (['expect', 'expect_exactly'] as const).flatMap((key) =>
    Object.entries(test[key] ?? {}).flatMap(([name, wanted]: [string, 'skipped' | JsonObject]) => {
      const own = results.filter(({ destination }) => destination === name);
      const differences = expectationFailures(name, wanted, {
        results: own,
        skipped,
        exact: key === 'expect_exactly',
      });
      return differences.map((difference) => ({
        ...difference,
        field: fieldName(name, difference.field),
        from: originsOfDifference(difference, name, judged),
        says: [key, name, ...difference.field],
      }));
    }),
  );
}

function notSkipped(results: readonly DestinationResult[], { content }: Judged): readonly TestFailure[] {
  const sent = results.filter(({ outcome }) => outcome === 'payload').map(({ destination }) => destination);
  if (sent.length === 0) return [];
  const message = `expected skipped, but it goes to ${sent.join(', ')}`;
  const from = content.when === undefined ? [] : [placeOf(['when'], content)];
  return [{ kind: 'not_skipped', message, expected: 'skipped', from, says: ['expect'] }];
}

function whySkipped(run: Run | undefined): string | undefined {
  if (run === undefined) return 'the mapping does not match this event type';
  return run.outcome === 'skipped' ? `the mapping skipped: ${run.reason}` : undefined;
}

function originsOfDifference({ kind, field }: Difference, name: string, judged: Judged): readonly Origin[] {
  const { content } = judged;
  switch (kind) {
    case 'skipped':
      return [placeOf(skippedAt(name, judged), content)];
    case 'not_skipped':
      return settingsOf(content, name)?.when === undefined ? [] : [placeOf(['destinations', name, 'when'], content)];
    case 'value':
    case 'absent':
    case 'unexpected':
      return originsIn(firstItem(name, judged), { field, name, judged });
  }
}

/** What decided that this destination gets nothing. */
function skippedAt(name: string, { run, content }: Judged): TemplatePath {
  if (run === undefined) return ['events'];
  const inDestination = (path: TemplatePath): boolean => path[0] === 'destinations' && path[1] === name;
  const skip = run.trace?.findLast(
    ({ path, result }) => result.kind === 'skip' && (path[0] !== 'destinations' || inDestination(path)),
  );
  if (skip !== undefined) return skip.path;
  if (run.outcome === 'skipped') return run.trace?.at(-1)?.path[0] === 'for_each' ? ['for_each'] : ['when'];
  return settingsOf(content, name)?.when === undefined ? ['destinations', name] : ['destinations', name, 'when'];
}

const firstItem = (name: string, { run }: Judged): RunItem | undefined =>
  run?.outcome === 'translated'
    ? run.items.find(({ results }) =>
        results.some(({ destination, outcome }) => destination === name && outcome === 'payload'),
      )
    : undefined;

interface FieldOf {
  readonly field: TemplatePath;
  /** Of the destination. */
  readonly name: string;
  readonly judged: Judged;
}

function originsIn(item: RunItem | undefined, { field, name, judged }: FieldOf): readonly Origin[] {
  const { run, content, destinations } = judged;
  const target = destinations.find((destination) => destination.name === name);
  const items = run?.outcome === 'translated' ? run.items : [];
  const index = item === undefined ? -1 : items.indexOf(item);
  return originsOf(field, {
    content,
    destination: name,
    event: item?.event,
    trace: (run?.trace ?? []).filter((entry) => entry.item === null || entry.item === index),
    translate: (event, outgoingId) => {
      const translated = target?.destination.translate(event, { settings: target.settings, outgoingId });
      return translated !== undefined && 'payload' in translated ? translated.payload : undefined;
    },
  });
}

/** A payload that its destination would refuse fails the test, whatever the test expects. */
function refusals(item: RunItem, judged: Judged): readonly TestFailure[] {
  return item.results.flatMap((result) => {
    const target = judged.destinations.find(({ name }) => name === result.destination);
    if (result.outcome !== 'payload' || target === undefined || !isJsonObject(result.payload)) return [];
    return target.destination.check(result.payload).map(({ path, message }): TestFailure => {
      const name = result.destination;
      const field = [name, path].filter(Boolean).join('.');
      const from = path === '' ? [] : originsIn(item, { field: keysOf(path, result.payload), name, judged });
      return { kind: 'refused', message: `${field}: ${message}`, field, from, says: [] };
    });
  });
}

/** A destination's own dotted path; a list's index is a number in ours. */
export function keysOf(path: string, payload: JsonObject): TemplatePath {
  let node: Json | undefined = payload;
  return path.split('.').map((key) => {
    const own = Array.isArray(node) ? Number(key) : key;
    node = Array.isArray(node) ? (node as readonly Json[])[Number(key)] : isJsonObject(node) ? node[key] : undefined;
    return own;
  });
}
