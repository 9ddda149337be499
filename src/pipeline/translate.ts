import type { Log } from '../log.ts';
import type { Asker } from '../lookups/ask.ts';
import type { Evaluation, Evaluator } from '../mapping/evaluator/evaluator.ts';
import type { Facts } from '../mapping/facts.ts';
import type { Clock } from '../model/clock.ts';
import type { Draft } from '../model/delivery.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../model/event.ts';
import type { EventId, WorkerId } from '../model/id.ts';
import type { Store, TranslationSettlement } from '../store/store.ts';
import type { Background } from './background.ts';
import { HandOver } from './hand-over.ts';
import type { JoinTarget } from './join.ts';
import { lookUp, needsLookups } from './look-up.ts';
import { settleTranslation } from './settle-translation.ts';
import { Spacing } from './spacing.ts';
import { stitchEvents } from './stitch.ts';
import { writeDown } from './write-down.ts';

/** Events claimed and evaluated at once. */
const batchMax = 200;
/** One is evaluated while the one before it is settled. */
const batchesAtOnce = 2;
/** Batches that are not full begin so far apart, in milliseconds. */
const spacingMs = 10;
/** Longer than two full batches can take with an evaluator that is killed again and again. */
const leaseMs = 1_200_000;
/** An event that was under way this often when the gateway ended is evaluated alone from then on. */
const aloneAfterTries = 3;
/** Alone or not: an event that took the whole gateway down this often is not tried again. */
const triesMax = 6;

export interface TranslateDependencies {
  readonly store: Pick<Store, 'recordRequest' | 'claimEvents' | 'settleTranslations' | 'stitch'>;
  readonly evaluator: Pick<Evaluator, 'evaluate'>;
  readonly lookups: Pick<Asker, 'ask'>;
  /** Where the work goes that waits for others' APIs. */
  readonly lookingUp: Pick<Background, 'begin'>;
  /** Ends lookups under way. */
  readonly shutdown?: AbortSignal;
  /** The destinations that are on. */
  readonly targets: ReadonlyMap<string, JoinTarget>;
  readonly worker: WorkerId;
  readonly clock: Clock;
  readonly log: Log;
  /** Told which destinations have new deliveries, once they are committed. */
  readonly queued: (destinations: ReadonlySet<string>) => void;
}

/**
 * claim → evaluate → stitch → enqueue, a batch of events at a time. While one batch is settled the next one is evaluated,
 * and they are settled in the order in which they were claimed: so what is one person's is queued in order.
 */
export class Translator {
  readonly #dependencies: TranslateDependencies;
  readonly #handOver: HandOver;
  readonly #spacing = new Spacing();
  /** Oldest first. */
  readonly #underWay: Promise<void>[] = [];
  /** One that is under way, or several. */
  #hasFailed = false;

  constructor(dependencies: TranslateDependencies) {
    this.#dependencies = dependencies;
    this.#handOver = new HandOver({ ...dependencies, leaseMs });
  }

  /** True when there may be more at once. Throws what went wrong with a batch begun before. */
  async work(): Promise<boolean> {
    if (this.#hasFailed || this.#underWay.length >= batchesAtOnce) await this.#oldest();
    await this.#spacing.passed();
    const events = await this.#next();
    this.#spacing.began(events.length < batchMax ? spacingMs : 0);
    if (events.length > 0) await this.#begin(events);
    else if (this.#underWay.length === 0) return false;
    else await this.#oldest();
    // Fewer than a full batch may mean that a suspect was handed out alone, with more behind it.
    return true;
  }

  /** Records a request; what it brings is taken up from here where nothing waits before it. */
  record(request: ReceivedRequest): Promise<Receipt> {
    return this.#handOver.record(request);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    const { log } = this.#dependencies;
    // Nobody else hears of these: what they are about is on disk, and due again.
    while (this.#underWay.length > 0)
      await this.#oldest().catch((error: unknown) => log.write('worker.failed', { worker: 'translate', err: error }));
    await this.#closeHandOver().catch((error: unknown) =>
      log.write('worker.failed', { worker: 'translate', err: error }),
    );
  }

  /** What was handed over came before all that waits in line. */
  async #next(): Promise<readonly ClaimedEvent[]> {
    const handedOver = this.#handOver.take(batchMax);
    if (handedOver.length > 0) return handedOver;
    const { store, worker, clock } = this.#dependencies;
    // What is handed over meanwhile would be older than what is claimed behind it.
    this.#handOver.close();
    const events = await store.claimEvents({ worker, limit: batchMax, leaseMs, aloneAfterTries, now: clock.now() });
    // Recorded before that, and told since: they were there before whatever was in line.
    const former = this.#handOver.take(Number.POSITIVE_INFINITY);
    this.#handOver.open();
    return former.length === 0 ? events : [...former, ...events];
  }

  /** From now on everything waits in line, also what had been handed over and was not begun. */
  async #closeHandOver(): Promise<void> {
    this.#handOver.close();
    await release(this.#handOver.take(Number.POSITIVE_INFINITY), this.#dependencies);
  }

  async #begin(events: readonly ClaimedEvent[]): Promise<void> {
    // Were others under way with it, they would fall under its suspicion whenever it takes the gateway down.
    const isSuspect = events.some(({ tries }) => tries > aloneAfterTries);
    if (isSuspect)
      await orRelease(events, this.#dependencies, async () => {
        await this.#closeHandOver();
        await this.#allBefore();
      });
    const before = this.#underWay.at(-1);
    const running = this.#translate(events, before);
    // It is reported when its turn comes; until then it is no fault that nobody handles.
    running.catch(() => {
      this.#hasFailed = true;
    });
    this.#underWay.push(running);
    if (isSuspect) await this.#allBefore();
  }

  async #translate(events: readonly ClaimedEvent[], before: Promise<void> | undefined): Promise<void> {
    const { lookingUp } = this.#dependencies;
    const { ready, asking, evaluations } = await evaluated(events, this.#dependencies);
    // Where those before are back in line these go back behind them: what is one person's keeps its order.
    await orRelease(events, this.#dependencies, async () => before);
    await orRelease(asking, this.#dependencies, () => settle(ready, { evaluations }, this.#dependencies));
    // What has to be asked of others may take its time; nothing else waits for it.
    if (asking.length > 0) await lookingUp.begin(() => settleLookedUp(asking, evaluations, this.#dependencies));
  }

  async #allBefore(): Promise<void> {
    while (this.#underWay.length > 0) await this.#oldest();
  }

  async #oldest(): Promise<void> {
    try {
      await this.#underWay[0];
      this.#underWay.shift();
    } catch (error) {
      // Those behind it go back in line as well, all of them before anything is claimed again.
      await Promise.allSettled(this.#underWay.splice(0));
      this.#hasFailed = false;
      await this.#closeHandOver();
      throw error;
    }
  }
}

interface Evaluated {
  readonly ready: readonly ClaimedEvent[];
  /** Those that need lookups first. */
  readonly asking: readonly ClaimedEvent[];
  readonly evaluations: ReadonlyMap<EventId, Evaluation>;
}

async function evaluated(events: readonly ClaimedEvent[], dependencies: TranslateDependencies): Promise<Evaluated> {
  const fresh = events.filter(({ tries }) => tries <= triesMax);
  const evaluations = await orRelease(events, dependencies, () => dependencies.evaluator.evaluate(fresh));
  const asking = fresh.filter(({ id }) => needsLookups(evaluations.get(id)));
  const ready = asking.length === 0 ? events : events.filter((event) => !asking.includes(event));
  return { ready, asking, evaluations };
}

async function settleLookedUp(
  events: readonly ClaimedEvent[],
  evaluations: ReadonlyMap<EventId, Evaluation>,
  dependencies: TranslateDependencies,
): Promise<void> {
  const looked = await orRelease(events, dependencies, () => lookUp(events, evaluations, dependencies));
  const settledAt = dependencies.clock.now();
  const unready = events.flatMap((event): TranslationSettlement[] => {
    const waiting = looked.waiting.get(event.id);
    if (waiting !== undefined) {
      const { dueAt, runs } = waiting;
      return [{ event, settledAt, to: 'delayed', waitsFor: 'lookup', dueAt, runs }];
    }
    return looked.aborted.has(event.id) ? [{ event, settledAt, to: 'released' }] : [];
  });
  await write(unready, dependencies);
  const ready = events.filter((event) => !unready.some((settlement) => settlement.event === event));
  await settle(ready, looked, dependencies);
}

interface Known {
  readonly evaluations: ReadonlyMap<EventId, Evaluation>;
  readonly facts?: ReadonlyMap<EventId, Facts>;
}

/** Stitches events that need nothing more from outside, and settles them. */
async function settle(
  events: readonly ClaimedEvent[],
  known: Known,
  dependencies: TranslateDependencies,
): Promise<void> {
  const { store, evaluator, clock, targets } = dependencies;
  const { evaluations, facts = new Map() } = known;
  const stitched = await orRelease(events, dependencies, () =>
    stitchEvents(events, evaluations, { store, evaluator, now: clock.now(), facts }),
  );
  const settledAt = clock.now();
  const settlements = events.map((event): TranslationSettlement => {
    const dueAt = stitched.held.get(event.id);
    if (dueAt !== undefined) return { event, settledAt, to: 'delayed', dueAt, waitsFor: 'identity', runs: [] };
    const resolutions = stitched.resolutions.get(event.id);
    return settleTranslation(event, stitched.evaluations.get(event.id), { resolutions, targets, settledAt });
  });
  await write(settlements, dependencies);
}

async function write(
  settlements: readonly TranslationSettlement[],
  { store, log, queued, shutdown }: TranslateDependencies,
): Promise<void> {
  if (settlements.length === 0) return;
  await writeDown(() => store.settleTranslations(settlements), { worker: 'translate', log, shutdown });
  for (const settlement of settlements) writeLog(settlement, log);
  queued(new Set(settlements.flatMap((settlement) => draftsOf(settlement).map(({ destination }) => destination))));
}

/** Without an evaluator nothing is lost: the events go back in line and the loop reports the fault. */
async function orRelease<T>(
  events: readonly ClaimedEvent[],
  dependencies: TranslateDependencies,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await release(events, dependencies);
    throw error;
  }
}

/** Back in line, as if they had not been tried. */
async function release(
  events: readonly ClaimedEvent[],
  { store, clock, log, shutdown }: TranslateDependencies,
): Promise<void> {
  if (events.length === 0) return;
  const settledAt = clock.now();
  const released = events.map((event) => ({ event, settledAt, to: 'released' as const }));
  await writeDown(() => store.settleTranslations(released), { worker: 'translate', log, shutdown });
}

const draftsOf = (settlement: TranslationSettlement): readonly Draft[] =>
  'drafts' in settlement ? settlement.drafts : [];

function writeLog(settlement: TranslationSettlement, log: Log): void {
  const { id: event_id, source, type } = settlement.event;
  switch (settlement.to) {
    case 'translated':
      return log.write('event.translated', { event_id, source, type, deliveries: settlement.drafts.length });
    case 'unmatched':
      return log.write('event.unmatched', { event_id, source, type });
    case 'delayed':
      return log.write('event.delayed', {
        event_id,
        source,
        type,
        waits_for: settlement.waitsFor,
        until: settlement.dueAt.toISOString(),
      });
    case 'failed':
      return log.write('event.failed', {
        event_id,
        source,
        type,
        reason: settlement.reason,
        deliveries: settlement.drafts.length,
      });
    case 'released':
      return undefined;
  }
}
