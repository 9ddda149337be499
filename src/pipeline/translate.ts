import type { Log } from '../log.ts';
import type { Evaluation, Evaluator } from '../mapping/evaluator/evaluator.ts';
import type { DestinationResult, Run } from '../mapping/run.ts';
import type { Clock } from '../model/clock.ts';
import type { Draft } from '../model/delivery.ts';
import type { ClaimedEvent } from '../model/event.ts';
import type { WorkerId } from '../model/id.ts';
import type { Json } from '../model/json.ts';
import type { Store, TranslationSettlement } from '../store/store.ts';

/** Events claimed and evaluated at once. */
const batchMax = 100;
/** Longer than a full batch can take with an evaluator that is killed again and again. */
const leaseMs = 300_000;
/** An event that was under way this often when the gateway ended is evaluated alone from then on. */
const aloneAfterTries = 3;
/** Alone or not: an event that took the whole gateway down this often is not tried again. */
const triesMax = 6;

export interface TranslateDependencies {
  readonly store: Pick<Store, 'claimEvents' | 'settleTranslations'>;
  readonly evaluator: Pick<Evaluator, 'evaluate'>;
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
  { evaluator, store, clock }: TranslateDependencies,
): Promise<readonly TranslationSettlement[]> {
  const fresh = events.filter(({ tries }) => tries <= triesMax);
  try {
    const evaluations = await evaluator.evaluate(fresh);
    const settledAt = clock.now();
    return events.map((event) => settleTranslation(event, evaluations.get(event.id), settledAt));
  } catch (error) {
    // Without an evaluator nothing is lost: the events go back in line and the loop reports the fault.
    const settledAt = clock.now();
    await store.settleTranslations(events.map((event) => ({ event, settledAt, to: 'released' })));
    throw error;
  }
}

/** What an evaluation means for its event. Pure. */
function settleTranslation(
  event: ClaimedEvent,
  evaluation: Evaluation | undefined,
  settledAt: Date,
): TranslationSettlement {
  const about = { event, settledAt };
  if (evaluation === undefined) {
    const message = `the gateway ended ${event.tries - 1} times while this event was evaluated; it is not tried again`;
    return { ...about, to: 'failed', reason: 'evaluator_died', message, drafts: [], runs: [] };
  }
  if (evaluation.kind === 'failed') {
    return { ...about, to: 'failed', reason: evaluation.reason, message: evaluation.message, drafts: [], runs: [] };
  }
  const { runs } = evaluation;
  const drafts = runs.flatMap(draftsOfRun);
  const told = runs.map(describeRun);
  const failure = runs.flatMap(failuresOf)[0];
  if (failure !== undefined)
    return { ...about, to: 'failed', reason: 'mapping_failed', message: failure, drafts, runs: told };
  if (drafts.length > 0) return { ...about, to: 'translated', drafts, runs: told };
  return { ...about, to: 'unmatched', why: whyUnmatched(event, runs), runs: told };
}

function draftsOfRun(run: Run): readonly Draft[] {
  if (run.outcome !== 'translated') return [];
  return run.items.flatMap(({ results }, item) =>
    results.flatMap((result): Draft[] => {
      if (result.outcome !== 'payload') return [];
      const { destination, outgoingId, payload } = result;
      return [{ mapping: run.mapping, item, destination, outgoingId, payload: JSON.stringify(payload) }];
    }),
  );
}

function failuresOf(run: Run): readonly string[] {
  switch (run.outcome) {
    case 'failed':
      return [`${run.mapping.file}: ${run.path}: ${run.message}`];
    case 'skipped':
      return [];
    case 'translated':
      return run.items.flatMap(({ results }) =>
        results.flatMap((result) =>
          result.outcome === 'failed' ? [`${run.mapping.file}: ${result.path}: ${result.message}`] : [],
        ),
      );
  }
}

/** A run as people read it later; payloads are left out, the deliveries hold them. */
function describeRun(run: Run): Json {
  switch (run.outcome) {
    case 'failed':
      return {
        mapping: run.mapping.file,
        version: run.mapping.version,
        outcome: 'failed',
        path: run.path,
        message: run.message,
      };
    case 'skipped':
      return { mapping: run.mapping.file, version: run.mapping.version, outcome: 'skipped', reason: run.reason };
    case 'translated': {
      const items = run.items.map(({ results }) => ({ destinations: results.map(describeResult) }));
      return { mapping: run.mapping.file, version: run.mapping.version, outcome: 'translated', items };
    }
  }
}

function describeResult(result: DestinationResult): Json {
  switch (result.outcome) {
    case 'payload':
      return { destination: result.destination, outcome: 'queued' };
    case 'skipped':
      return { destination: result.destination, outcome: 'skipped', reason: result.reason };
    case 'failed':
      return { destination: result.destination, outcome: 'failed', path: result.path, message: result.message };
  }
}

function whyUnmatched(event: ClaimedEvent, runs: readonly Run[]): string {
  const [first] = runs;
  if (first === undefined) return `no mapping for ${event.source} events of type "${event.type}"`;
  const reasons = runs.flatMap((run) =>
    run.outcome === 'skipped'
      ? [`${run.mapping.file} skipped: ${run.reason}`]
      : run.outcome === 'translated'
        ? run.items.flatMap(({ results }) =>
            results.flatMap((result) =>
              result.outcome === 'skipped' ? [`${result.destination} skipped: ${result.reason}`] : [],
            ),
          )
        : [],
  );
  return reasons.join('; ') || 'every mapping skipped it';
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
