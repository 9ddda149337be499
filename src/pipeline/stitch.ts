import { toIdentifier } from '../identity/identifier.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Evaluation, Evaluator } from '../mapping/evaluator/evaluator.ts';
import type { Facts } from '../mapping/facts.ts';
import type { EvaluatedRun, Unresolved } from '../mapping/run.ts';
import { holdMs } from '../mapping/schema.ts';
import type { Linked } from '../mapping/stitching.ts';
import { addMs } from '../model/clock.ts';
import type { ClaimedEvent } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import type { Identifier } from '../model/identity.ts';
import type { Stitching, Store } from '../store/store.ts';

/** A held event is looked at again when it has waited this long, in milliseconds, then whenever it has twice as long. */
const firstLookMs = 10_000;

/** About 20 ms of one commit. */
const stitchesAtOnce = 200;

type Evaluations = ReadonlyMap<EventId, Evaluation>;

/** What the links say of an event's canonical events, by mapping file and item. */
export type Resolutions = ReadonlyMap<string, readonly Resolution[]>;

export interface Stitched {
  readonly evaluations: Evaluations;
  readonly resolutions: ReadonlyMap<EventId, Resolutions>;
  /** Events that belong to nobody yet and wait, with when to look again. */
  readonly held: ReadonlyMap<EventId, Date>;
}

export interface StitchDependencies {
  readonly store: Pick<Store, 'stitch'>;
  readonly evaluator: Pick<Evaluator, 'evaluate'>;
  readonly now: Date;
  /** What is known of the events besides. */
  readonly facts?: ReadonlyMap<EventId, Facts>;
}

/**
 * Remembers what the evaluated events link, in their order, and evaluates those again that have to know whose they are.
 * Throws EVALUATOR_UNAVAILABLE and STORE_UNAVAILABLE; doing it all again changes nothing.
 */
export async function stitchEvents(
  events: readonly ClaimedEvent[],
  evaluations: Evaluations,
  { store, evaluator, now, facts: known = new Map() }: StitchDependencies,
): Promise<Stitched> {
  const asked = events.flatMap((event) => runsOf(event, evaluations).flatMap((run) => askedOf(event, run)));
  const answers = await stitchInTurns(asked, store);
  const resolutions = byEvent(asked, answers);
  const unresolved = events.filter((event) => runsOf(event, evaluations).some(isUnresolved));
  const held = new Map(
    unresolved.flatMap((event): [EventId, Date][] => {
      const until = heldUntil(event, runsOf(event, evaluations), resolutions.get(event.id));
      return until !== undefined && until > now ? [[event.id, nextLook(event, until, now)]] : [];
    }),
  );
  const again = unresolved.filter(({ id }) => !held.has(id));
  const facts = new Map(again.map(({ id }) => [id, { ...known.get(id), ...factsOf(resolutions.get(id)) }]));
  const evaluated = again.length === 0 ? new Map() : await evaluator.evaluate(again, { facts });
  return { evaluations: new Map([...evaluations, ...evaluated]), resolutions, held };
}

/** What the links say of events that are only looked at; nothing is remembered. */
export async function linkedBy(
  items: readonly (readonly Identifier[])[],
  store: Pick<Store, 'resolve'>,
): Promise<readonly Linked[]> {
  return (await store.resolve(items.map(normalized))).map(toLinked);
}

/** In their order; a mapping that makes ten thousand events of one must not hold up those who receive. */
async function stitchInTurns(
  asked: readonly Asked[],
  store: StitchDependencies['store'],
): Promise<readonly Resolution[]> {
  const answers: Resolution[] = [];
  for (let from = 0; from < asked.length; from += stitchesAtOnce)
    answers.push(...(await store.stitch(asked.slice(from, from + stitchesAtOnce).map(({ stitching }) => stitching))));
  return answers;
}

function runsOf({ id }: ClaimedEvent, evaluations: Evaluations): readonly EvaluatedRun[] {
  const evaluation = evaluations.get(id);
  return evaluation?.kind === 'runs' ? evaluation.runs : [];
}

const isUnresolved = (run: EvaluatedRun): run is EvaluatedRun & Unresolved => run.outcome === 'unresolved';

interface Asked {
  readonly event: EventId;
  readonly file: string;
  readonly stitching: Stitching;
}

/** One for each item, so that answers and items have the same order. */
function askedOf(event: ClaimedEvent, run: EvaluatedRun): readonly Asked[] {
  const { file } = run.mapping;
  return itemsOf(run).map((written) => {
    const identifiers = normalized(written);
    return { event: event.id, file, stitching: { event, identifiers } };
  });
}

function itemsOf(run: EvaluatedRun): readonly (readonly Identifier[])[] {
  switch (run.outcome) {
    case 'unresolved':
      return run.items;
    case 'translated':
      return run.items.some(({ identifiers }) => identifiers !== undefined)
        ? run.items.map(({ identifiers = [] }) => identifiers)
        : [];
    case 'needs':
    case 'skipped':
    case 'failed':
      return [];
  }
}

/** Without what cannot be such an identifier. */
const normalized = (written: readonly Identifier[]): readonly Identifier[] =>
  written.flatMap(({ kind, value }) => toIdentifier(kind, value) ?? []);

function byEvent(asked: readonly Asked[], answers: readonly Resolution[]): Stitched['resolutions'] {
  const resolutions = new Map<EventId, Map<string, Resolution[]>>();
  for (const [index, { event, file }] of asked.entries()) {
    const answer = answers[index];
    if (answer === undefined) continue;
    const files = resolutions.get(event) ?? new Map<string, Resolution[]>();
    resolutions.set(event, files.set(file, [...(files.get(file) ?? []), answer]));
  }
  return resolutions;
}

/** The end of the longest wait that a mapping grants an item of nobody. */
function heldUntil(
  { receivedAt }: ClaimedEvent,
  runs: readonly EvaluatedRun[],
  resolutions: Resolutions | undefined,
): Date | undefined {
  const waits = runs.filter(isUnresolved).flatMap(({ hold, mapping }) => {
    const ofNobody = (resolutions?.get(mapping.file) ?? []).some(isNobody);
    return hold !== undefined && ofNobody ? [holdMs(hold)] : [];
  });
  return waits.length === 0 ? undefined : addMs(receivedAt, Math.max(...waits));
}

const isNobody = ({ userId, anonymousId }: Resolution): boolean => userId === undefined && anonymousId === undefined;

function nextLook({ receivedAt }: ClaimedEvent, until: Date, now: Date): Date {
  const waited = Math.max(firstLookMs, now.getTime() - receivedAt.getTime());
  const next = addMs(now, waited);
  return next < until ? next : until;
}

const factsOf = (resolutions: Resolutions | undefined): Facts => ({
  linked: Object.fromEntries([...(resolutions ?? [])].map(([file, answers]) => [file, answers.map(toLinked)])),
});

const toLinked = ({ userId, anonymousId, stitch }: Resolution): Linked => ({
  ...(userId !== undefined && { userId }),
  ...(anonymousId !== undefined && { anonymousId }),
  stitch,
});
