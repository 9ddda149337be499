import type { Asker, Outcome } from '../lookups/ask.ts';
import type { Evaluation, Evaluator } from '../mapping/evaluator/evaluator.ts';
import type { Facts, LookupFact } from '../mapping/facts.ts';
import type { EvaluatedRun, Needs, WantedLookup } from '../mapping/run.ts';
import { addMs, type Clock } from '../model/clock.ts';
import type { ClaimedEvent } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import type { Json } from '../model/json.ts';

/** A lookup that fails for now is tried again after as long as its event has waited, within these, in milliseconds. */
const pauseMs = { min: 5_000, max: 1_800_000 };
/**
 * How long an event waits for an answer since it is in line, in milliseconds: without it, then, where it is optional, and
 * else failed. For its turn in the window of a source it waits as long as it takes: that is no fault of anybody's.
 */
const patienceMs = { optional: 900_000, required: 259_200_000 };
/** Lookups that use the answers of others: more rounds than a mapping has lookups in a row. */
const roundsMax = 8;

type Evaluations = ReadonlyMap<EventId, Evaluation>;

/** An event that waits for an answer. */
export interface Waiting {
  readonly dueAt: Date;
  /** What it waits for, for people; and by mapping, as the event shows it. */
  readonly message: string;
  readonly runs: readonly Json[];
}

export interface LookedUp {
  /** Of the events that need nothing more. */
  readonly evaluations: Evaluations;
  readonly facts: ReadonlyMap<EventId, Facts>;
  readonly waiting: ReadonlyMap<EventId, Waiting>;
  /** Shutdown took the answers away. */
  readonly aborted: ReadonlySet<EventId>;
}

export interface LookUpDependencies {
  readonly lookups: Pick<Asker, 'ask'>;
  readonly evaluator: Pick<Evaluator, 'evaluate'>;
  readonly clock: Clock;
  readonly shutdown?: AbortSignal;
}

export const needsLookups = (evaluation: Evaluation | undefined): boolean => needsOf(evaluation).length > 0;

function needsOf(evaluation: Evaluation | undefined): readonly (EvaluatedRun & Needs)[] {
  if (evaluation?.kind !== 'runs') return [];
  return evaluation.runs.filter((run): run is EvaluatedRun & Needs => run.outcome === 'needs');
}

/** Asks what the events need, and evaluates them again with the answers. Throws EVALUATOR_UNAVAILABLE. */
export async function lookUp(
  events: readonly ClaimedEvent[],
  first: Evaluations,
  dependencies: LookUpDependencies,
): Promise<LookedUp> {
  const evaluations = new Map(first);
  const facts = new Map<EventId, Facts>();
  const ended: Answers[] = [];
  let open = events;
  for (let round = 0; open.length > 0 && round < roundsMax; round += 1) {
    const answers = await Promise.all(open.map((event) => answersFor(event, evaluations.get(event.id), dependencies)));
    ended.push(...answers.filter(({ kind }) => kind !== 'known'));
    const known = answers.filter((answer) => answer.kind === 'known');
    for (const { id, lookups } of known) facts.set(id, merged(facts.get(id), lookups));
    const again = events.filter(({ id }) => known.some((answer) => answer.id === id));
    const evaluated = again.length === 0 ? [] : await dependencies.evaluator.evaluate(again, { facts });
    for (const [id, evaluation] of evaluated) evaluations.set(id, evaluation);
    open = again.filter(({ id }) => needsLookups(evaluations.get(id)));
  }
  const waiting = new Map(
    ended.flatMap((end): [EventId, Waiting][] => (end.kind === 'waiting' ? [[end.id, end]] : [])),
  );
  const aborted = new Set(ended.flatMap((end) => (end.kind === 'aborted' ? [end.id] : [])));
  return { evaluations, facts, waiting, aborted };
}

type LookupFacts = NonNullable<Facts['lookups']>;

type Answers = { readonly id: EventId } & (
  | { readonly kind: 'known'; readonly lookups: LookupFacts }
  | ({ readonly kind: 'waiting' } & Waiting)
  | { readonly kind: 'aborted' }
);

interface Asked {
  readonly file: string;
  readonly wanted: WantedLookup;
  readonly outcome: Outcome;
}

async function answersFor(
  event: ClaimedEvent,
  evaluation: Evaluation | undefined,
  { lookups, clock, shutdown }: LookUpDependencies,
): Promise<Answers> {
  const { id } = event;
  const wanted = needsOf(evaluation).flatMap(({ mapping, lookups: own }) =>
    own.map((one) => ({ file: mapping.file, wanted: one })),
  );
  const asked = await Promise.all(
    wanted.map(async ({ file, wanted: one }): Promise<Asked> => {
      const { lookup, args, source } = one;
      const outcome = await lookups.ask({ lookup, args, source, receivedAt: event.receivedAt }, shutdown);
      return { file, wanted: one, outcome };
    }),
  );
  if (asked.some(({ outcome }) => outcome.kind === 'aborted')) return { id, kind: 'aborted' };
  const now = clock.now();
  const dueAt = asked
    .flatMap((one) => whenAgain(event, one, now) ?? [])
    .toSorted((a, b) => b.getTime() - a.getTime())[0];
  if (dueAt !== undefined) {
    const runs = asked.flatMap(toldOf);
    return {
      id,
      kind: 'waiting',
      dueAt,
      runs: runs.map(({ told }) => told),
      message: runs.map(({ message }) => message).join('; '),
    };
  }
  return { id, kind: 'known', lookups: factsOf(asked) };
}

/** When to ask again; undefined when there is an answer, or when the event has waited long enough for one. */
function whenAgain({ inLineSince }: ClaimedEvent, { wanted, outcome }: Asked, now: Date): Date | undefined {
  if (outcome.kind !== 'retry') return undefined;
  if (outcome.heldBy === 'window') return addMs(now, outcome.waitMs ?? pauseMs.min);
  const end = addMs(inLineSince, wanted.isOptional ? patienceMs.optional : patienceMs.required);
  if (now >= end) return undefined;
  const waited = now.getTime() - inLineSince.getTime();
  const pause = outcome.heldBy === 'source' ? 0 : Math.min(Math.max(waited, pauseMs.min), pauseMs.max);
  const next = addMs(now, Math.max(pause, outcome.waitMs ?? 0));
  return next < end ? next : end;
}

function toldOf({ file, wanted, outcome }: Asked): readonly { readonly told: Json; readonly message: string }[] {
  if (outcome.kind !== 'retry') return [];
  const path = `lookup.${wanted.name}`;
  const { message } = outcome;
  return [{ told: { mapping: file, outcome: 'waits', path, message }, message: `${path}: ${message}` }];
}

function factsOf(asked: readonly Asked[]): LookupFacts {
  const files: Record<string, Record<string, LookupFact>> = {};
  for (const { file, wanted, outcome } of asked) {
    const fact = factOf(outcome);
    files[file] = { ...files[file], [wanted.name]: fact };
  }
  return files;
}

function factOf(outcome: Outcome): LookupFact {
  switch (outcome.kind) {
    case 'found':
      return { found: outcome.value };
    case 'missing':
      return { missing: outcome.message };
    case 'retry':
      return { missing: `${outcome.message}, as often as it was asked` };
    case 'aborted':
      return { missing: 'the gateway was stopped' };
  }
}

/** What one round found out beside what those before it did. */
function merged(known: Facts | undefined, found: LookupFacts): Facts {
  const files = { ...known?.lookups };
  for (const [file, facts] of Object.entries(found)) files[file] = { ...files[file], ...facts };
  return { ...known, lookups: files };
}
