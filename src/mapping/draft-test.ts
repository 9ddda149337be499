import type { CanonicalEvent } from '../model/canonical-event.ts';
import { dateFromMs } from '../model/clock.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { DestinationResult, Run } from './run.ts';
import type { MappingTest } from './schema.ts';
import type { TestDestination } from './test-failure.ts';

/** What a test of today's behaviour expects, or why there is nothing to expect. */
export type Drafted = { readonly expect: NonNullable<MappingTest['expect']> } | { readonly failure: string };

/**
 * An expectation that holds for what a mapping makes of an event today. What the destination adds to every event alike
 * is left out, and so are ids that a new file name would change.
 */
export function draftExpectation(run: Run, destinations: readonly TestDestination[]): Drafted {
  if (run.outcome === 'failed') return { failure: `${run.path}: ${run.message}` };
  if (run.outcome === 'skipped') return { expect: 'skipped' };
  const [first] = run.items;
  const broken = first?.results.find((result) => result.outcome === 'failed');
  if (broken?.outcome === 'failed') return { failure: `${broken.path}: ${broken.message}` };
  const expected = (first?.results ?? []).map((result) => {
    const target = destinations.find(({ name }) => name === result.destination);
    return [result.destination, expectedOf(result, constants(first?.event, target))] as const;
  });
  return expected.every(([, wanted]) => wanted === 'skipped')
    ? { expect: 'skipped' }
    : { expect: Object.fromEntries(expected) };
}

function expectedOf(result: DestinationResult, constant: Json | undefined): 'skipped' | Record<string, Json> {
  if (result.outcome !== 'payload') return 'skipped';
  return membersOf(without(result.payload, constant, result.outgoingId));
}

const membersOf = (value: Json | undefined): Record<string, Json> =>
  isJsonObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, member]])),
      )
    : {};

/** What the destination makes of an event that has nothing in common with this one. */
function constants(event: CanonicalEvent | undefined, target: TestDestination | undefined): Json | undefined {
  if (event === undefined || target === undefined) return undefined;
  const other: CanonicalEvent = {
    type: event.type,
    name: 'another event',
    id: 'another id',
    timestamp: dateFromMs(0).toISOString(),
    user: { id: 'another user', previous_id: 'another user', traits: { another: true } },
    company: { id: 'another company' },
    attributes: {},
    context: {},
  };
  const translated = target.destination.translate(other, { settings: target.settings, outgoingId: 'another id' });
  return 'payload' in translated ? translated.payload : undefined;
}

/** The value without the members that are the same in `constant`, or that are the outgoing id. */
function without(value: Json, constant: Json | undefined, outgoingId: string): Json | undefined {
  if (value === outgoingId || JSON.stringify(value) === JSON.stringify(constant)) return undefined;
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    const rest = without(member ?? null, isJsonObject(constant) ? constant[key] : undefined, outgoingId);
    return rest === undefined ? [] : [[key, rest]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
