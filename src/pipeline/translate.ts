import type { Log } from '../log.ts';
import type { Evaluator } from '../mapping/evaluator/evaluator.ts';
import type { Clock } from '../model/clock.ts';
import type { Draft } from '../model/delivery.ts';
import type { ClaimedEvent } from '../model/event.ts';
import type { WorkerId } from '../model/id.ts';
import type { Store, TranslationSettlement } from '../store/store.ts';
import type { JoinTarget } from './join.ts';
import { settleTranslation } from './settle-translation.ts';
import { stitchEvents } from './stitch.ts';

/** Events claimed and evaluated at once. */
const batchMax = 100;
/** Longer than a full batch can take with an evaluator that is killed again and again. */
const leaseMs = 300_000;
/** An event that was under way this often when the gateway ended is evaluated alone from then on. */
const aloneAfterTries = 3;
/** Alone or not: an event that took the whole gateway down this often is not tried again. */
const triesMax = 6;

export interface TranslateDependencies {
  readonly store: Pick<Store, 'claimEvents' | 'settleTranslations' | 'stitch'>;
  readonly evaluator: Pick<Evaluator, 'evaluate'>;
  /** The destinations that are on. */
  readonly targets: ReadonlyMap<string, JoinTarget>;
  readonly worker: WorkerId;
  readonly clock: Clock;
  readonly log: Log;
  /** Told which destinations have new deliveries, once they are committed. */
  readonly queued: (destinations: ReadonlySet<string>) => void;
}

/** claim → evaluate → enqueue, for one batch of events; true when there may be more. */
export async function translate(dependencies: TranslateDependencies): Promise<boolean> {
  const { store, worker, clock, queued } = dependencies;
  const events = await store.claimEvents({ worker, limit: batchMax, leaseMs, aloneAfterTries, now: clock.now() });
  if (events.length === 0) return false;
  const settlements = await settlementsOf(events, dependencies);
  await store.settleTranslations(settlements);
  for (const settlement of settlements) writeLog(settlement, dependencies.log);
  queued(new Set(settlements.flatMap((settlement) => draftsOf(settlement).map(({ destination }) => destination))));
  // Fewer than a full batch may mean that a suspect was handed out alone, with more behind it.
  return true;
}

async function settlementsOf(
  events: readonly ClaimedEvent[],
  { evaluator, store, clock, targets }: TranslateDependencies,
): Promise<readonly TranslationSettlement[]> {
  const fresh = events.filter(({ tries }) => tries <= triesMax);
  try {
    const evaluations = await evaluator.evaluate(fresh);
    const stitched = await stitchEvents(fresh, evaluations, { store, evaluator, now: clock.now() });
    const settledAt = clock.now();
    return events.map((event) => {
      const dueAt = stitched.held.get(event.id);
      if (dueAt !== undefined) return { event, settledAt, to: 'delayed', dueAt, waitsFor: 'identity', runs: [] };
      const resolutions = stitched.resolutions.get(event.id);
      return settleTranslation(event, stitched.evaluations.get(event.id), { resolutions, targets, settledAt });
    });
  } catch (error) {
    // Without an evaluator nothing is lost: the events go back in line and the loop reports the fault.
    const settledAt = clock.now();
    await store.settleTranslations(events.map((event) => ({ event, settledAt, to: 'released' })));
    throw error;
  }
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
