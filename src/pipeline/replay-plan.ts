/** What a replay would do: the same evaluation, lookups and settlement as when it is done, and nothing is written. */
import type { Asker } from '../lookups/ask.ts';
import type { Evaluation, Evaluator } from '../mapping/evaluator/evaluator.ts';
import type { Facts } from '../mapping/facts.ts';
import { causeOf } from '../model/cause.ts';
import type { Clock } from '../model/clock.ts';
import type { Draft, JoinDraft } from '../model/delivery.ts';
import { GatewayError } from '../model/error.ts';
import type { ClaimedEvent } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import type { Json } from '../model/json.ts';
import { type PayloadFate, payloadFate, payloadFates, type ReplayOrder } from '../model/replay.ts';
import type { ReplayCandidate } from '../store/repair.ts';
import type { Store, TranslationSettlement } from '../store/store.ts';
import type { JoinTarget } from './join.ts';
import { lookUp } from './look-up.ts';
import { type PayloadChange, payloadChanges } from './payload-diff.ts';
import { type Repeated, RepeatedPayloads } from './repeated.ts';
import { settleTranslation } from './settle-translation.ts';
import { stitchEvents } from './stitch.ts';

/** Events that are in memory at once. */
const batchMax = 100;
const samplesMax = { changed: 20, new: 3, failures: 20, repeated: 20 };

export interface PlannedPayload {
  readonly eventId: EventId;
  readonly destination: string;
  readonly outgoingId: string;
  readonly fate: PayloadFate;
}

/** As it would go out. */
export interface NewPayload extends PlannedPayload {
  readonly payload: Json;
}

/** Beside the one that was sent, or was to be. */
export interface ChangedPayload extends PlannedPayload {
  readonly changes: readonly PayloadChange[];
}

export interface ReplayPlan {
  /** Events that fit and can be replayed; the four after it add up to it. */
  readonly total: number;
  readonly translated: number;
  readonly unmatched: number;
  readonly failed: number;
  /** They would wait first, for a lookup or for somebody's identity. */
  readonly delayed: number;
  /** Fit, but no mapping ever sees them. */
  readonly unusable: number;
  readonly fates: Readonly<Record<PayloadFate, number>>;
  /** At most: what a destination has been told is left out when it is done. */
  readonly joins: number;
  /** Payloads that differ from what was sent, by what would be done with them. */
  readonly changed: Readonly<Record<'again' | 'left_delivered', number>>;
  /** The first of those. */
  readonly changedSample: readonly ChangedPayload[];
  readonly newSample: readonly NewPayload[];
  /** New payloads of events that a destination has already. */
  readonly repeated: readonly Repeated[];
  /** Why events would stay failed. */
  readonly failures: readonly { readonly cause: string; readonly count: number; readonly example: EventId }[];
}

export interface PlanDependencies {
  readonly store: Pick<Store, 'replayCandidates' | 'countReplayable' | 'resolve'>;
  readonly evaluator: Pick<Evaluator, 'evaluate'>;
  readonly lookups: Pick<Asker, 'ask'>;
  readonly targets: ReadonlyMap<string, JoinTarget>;
  readonly clock: Clock;
  /** Nobody waits for the plan any more. */
  readonly abandoned: AbortSignal;
}

/** Throws EVALUATOR_UNAVAILABLE, also when it was abandoned, and STORE_UNAVAILABLE. */
export async function planReplay(order: ReplayOrder, dependencies: PlanDependencies): Promise<ReplayPlan> {
  const { store, abandoned } = dependencies;
  const { unusable } = await store.countReplayable(order.filter);
  const plan = new Planning(order, unusable);
  let from: string | null | undefined;
  while (from !== null && !abandoned.aborted) {
    const page = await store.replayCandidates(order.filter, { limit: batchMax, from });
    const settlements = await translated(page.candidates, dependencies);
    for (const [index, candidate] of page.candidates.entries()) plan.add(candidate, settlements[index]);
    from = page.next;
  }
  // Half a plan must not look like a whole one.
  if (abandoned.aborted) throw new GatewayError('EVALUATOR_UNAVAILABLE', 'the plan was given up');
  return plan.result();
}

/** As the translator would settle them. */
async function translated(
  candidates: readonly ReplayCandidate[],
  { store, evaluator, lookups, targets, clock, abandoned: shutdown }: PlanDependencies,
): Promise<readonly TranslationSettlement[]> {
  // As if each were put in line now.
  const about = { claimedBy: 'wrk_plan', tries: 1, inLineSince: clock.now() } as const;
  const events = candidates.map(({ event }): ClaimedEvent => ({ ...event, ...about }));
  const first = await evaluator.evaluate(events);
  // What the window of a source has to spare: the rest would wait for its turn, and is told so.
  const spare: typeof lookups = { ask: (question, stop) => lookups.ask({ ...question, isSpare: true }, stop) };
  const looked = await lookUp(events, first, { lookups: spare, evaluator, clock, shutdown });
  const settledAt = clock.now();
  const ready = events.filter(({ id }) => !looked.waiting.has(id) && !looked.aborted.has(id));
  const stitched = await stitchEvents(ready, looked.evaluations, {
    // Asks the links, and remembers nothing.
    store: { stitch: (all) => store.resolve(all.map(({ identifiers }) => identifiers)) },
    evaluator,
    now: settledAt,
    facts: looked.facts satisfies ReadonlyMap<EventId, Facts>,
  });
  return events.map((event): TranslationSettlement => {
    const waiting = looked.waiting.get(event.id);
    if (waiting !== undefined)
      return { event, settledAt, to: 'delayed', dueAt: waiting.dueAt, waitsFor: 'lookup', runs: waiting.runs };
    const dueAt = stitched.held.get(event.id);
    if (dueAt !== undefined) return { event, settledAt, to: 'delayed', dueAt, waitsFor: 'identity', runs: [] };
    const evaluation: Evaluation | undefined = stitched.evaluations.get(event.id);
    const resolutions = stitched.resolutions.get(event.id);
    return settleTranslation(event, evaluation, { resolutions, targets, settledAt });
  });
}

type Counts<K extends string> = Record<K, number>;

/** Adds up event by event, so that a plan over millions holds no more than its samples. */
class Planning {
  readonly #order: ReplayOrder;
  readonly #unusable: number;
  readonly #events: Counts<'translated' | 'unmatched' | 'failed' | 'delayed' | 'released'> = {
    translated: 0,
    unmatched: 0,
    failed: 0,
    delayed: 0,
    released: 0,
  };
  readonly #fates = Object.fromEntries(payloadFates.map((fate) => [fate, 0])) as Counts<PayloadFate>;
  readonly #changed = { again: 0, left_delivered: 0 };
  readonly #changedSample: ChangedPayload[] = [];
  readonly #newSample: NewPayload[] = [];
  readonly #failures = new Map<string, { readonly cause: string; readonly count: number; readonly example: EventId }>();
  readonly #repeated = new RepeatedPayloads();
  #joins = 0;

  constructor(order: ReplayOrder, unusable: number) {
    this.#order = order;
    this.#unusable = unusable;
  }

  add(candidate: ReplayCandidate, settlement: TranslationSettlement | undefined): void {
    if (settlement === undefined) return;
    this.#events[settlement.to] += 1;
    if (settlement.to === 'failed') this.#addFailure(candidate.event.id, settlement.message);
    const drafts = 'drafts' in settlement ? settlement.drafts : [];
    for (const draft of drafts) this.#addDraft(candidate, draft, drafts);
  }

  result(): ReplayPlan {
    const { translated: ok, unmatched, failed, delayed } = this.#events;
    return {
      total: ok + unmatched + failed + delayed,
      ...{ translated: ok, unmatched, failed, delayed, unusable: this.#unusable },
      fates: this.#fates,
      joins: this.#joins,
      changed: this.#changed,
      changedSample: this.#changedSample,
      newSample: this.#newSample,
      repeated: this.#repeated.result(samplesMax.repeated),
      failures: [...this.#failures.values()].toSorted((a, b) => b.count - a.count),
    };
  }

  #addFailure(example: EventId, message: string): void {
    const cause = causeOf(message);
    const known = this.#failures.get(cause);
    if (known === undefined && this.#failures.size >= samplesMax.failures) return;
    this.#failures.set(cause, { example, ...known, cause, count: (known?.count ?? 0) + 1 });
  }

  #addDraft(candidate: ReplayCandidate, draft: Draft | JoinDraft, all: readonly (Draft | JoinDraft)[]): void {
    const { event, deliveries } = candidate;
    const { destination, outgoingId, payload } = draft;
    const latest = deliveries.findLast((one) => one.destination === destination && one.outgoingId === outgoingId);
    const fate = payloadFate(destination, latest?.status, this.#order);
    if ('join' in draft && draft.join.isAll) {
      if (fate === 'new' || fate === 'again') this.#joins += 1;
      return;
    }
    this.#fates[fate] += 1;
    if (fate === 'new') this.#repeated.add(candidate, draft, all);
    const planned = { eventId: event.id, destination, outgoingId, fate };
    if (fate === 'new' && this.#newSample.length < samplesMax.new)
      this.#newSample.push({ ...planned, payload: JSON.parse(payload) as Json });
    if (latest === undefined || latest.payload === payload || !(fate === 'again' || fate === 'left_delivered')) return;
    this.#changed[fate] += 1;
    if (this.#changedSample.length >= samplesMax.changed) return;
    const changes = payloadChanges(JSON.parse(latest.payload) as Json, JSON.parse(payload) as Json);
    this.#changedSample.push({ ...planned, changes });
  }
}
