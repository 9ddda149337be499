import type { Evaluation } from '../mapping/evaluator/evaluator.ts';
import { type DestinationResult, endedRuns, type Run, type RunItem } from '../mapping/run.ts';
import type { Draft, JoinDraft } from '../model/delivery.ts';
import type { ClaimedEvent } from '../model/event.ts';
import { originOf, type StitchOrigin } from '../model/identity.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { TranslationSettlement } from '../store/store.ts';
import { type JoinTarget, joinDrafts, ownJoin } from './join.ts';
import { personLine } from './person-line.ts';
import type { Resolutions } from './stitch.ts';

export interface TranslationScope {
  readonly resolutions: Resolutions | undefined;
  readonly targets: ReadonlyMap<string, JoinTarget>;
  readonly settledAt: Date;
}

/** What an evaluation means for its event; without one it was not tried again. */
export function settleTranslation(
  event: ClaimedEvent,
  evaluation: Evaluation | undefined,
  { resolutions, targets, settledAt }: TranslationScope,
): TranslationSettlement {
  const about = { event, settledAt };
  if (evaluation === undefined) {
    const message = `the gateway ended ${event.tries - 1} times while this event was evaluated; it is not tried again`;
    return { ...about, to: 'failed', reason: 'evaluator_died', message, drafts: [], runs: [], origins: [] };
  }
  if (evaluation.kind === 'failed') {
    return {
      ...about,
      to: 'failed',
      reason: evaluation.reason,
      message: evaluation.message,
      drafts: [],
      runs: [],
      origins: [],
    };
  }
  const runs = endedRuns(evaluation.runs);
  const drafts = runs.flatMap((run) => draftsOfRun(run, { resolutions, targets }));
  const origins = runs.flatMap(originsOf);
  const told = runs.map(describeRun);
  const failure = runs.flatMap(failuresOf)[0];
  if (failure !== undefined)
    return { ...about, to: 'failed', reason: 'mapping_failed', message: failure, drafts, runs: told, origins };
  if (drafts.length > 0) return { ...about, to: 'translated', drafts, runs: told, origins };
  return { ...about, to: 'unmatched', why: whyUnmatched(event, runs), runs: told };
}

function draftsOfRun(
  run: Run,
  { resolutions, targets }: Pick<TranslationScope, 'resolutions' | 'targets'>,
): readonly (Draft | JoinDraft)[] {
  if (run.outcome !== 'translated') return [];
  const { mapping } = run;
  return run.items.flatMap((item, index) => {
    const resolution = resolutions?.get(mapping.file)?.[index];
    const line = personLine(item, resolution);
    const joins = joinDrafts({ mapping, index, item, resolution, targets, line });
    return [...joins, ...item.results.flatMap((result) => draftOf(result, { mapping, index, item, line }) ?? [])];
  });
}

interface DraftScope {
  readonly mapping: Run['mapping'];
  readonly index: number;
  readonly item: RunItem;
  readonly line: Pick<Draft, 'person' | 'formerly'>;
}

function draftOf(result: DestinationResult, { mapping, index, item, line }: DraftScope): Draft | JoinDraft | undefined {
  if (result.outcome !== 'payload') return undefined;
  const { destination, outgoingId } = result;
  const payload = JSON.stringify(result.payload);
  const draft = { mapping, item: index, destination, outgoingId, payload, stitch: item.stitch ?? null, ...line };
  const join = item.identifiers === undefined ? undefined : ownJoin(item.event);
  return join === undefined ? draft : { ...draft, join };
}

const originsOf = (run: Run): readonly StitchOrigin[] =>
  run.outcome === 'translated'
    ? run.items.flatMap(({ stitch }) => (stitch === undefined ? [] : [originOf(stitch)]))
    : [];

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
  const { withoutLookups } = run;
  const told = describeEnd(run);
  return withoutLookups === undefined ? told : { ...told, without_lookups: withoutLookups };
}

function describeEnd(run: Run): JsonObject {
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
      const items = run.items.map(describeItem);
      return { mapping: run.mapping.file, version: run.mapping.version, outcome: 'translated', items };
    }
  }
}

function describeItem({ stitch, results }: RunItem): Json {
  const destinations = results.map(describeResult);
  return stitch === undefined ? { destinations } : { stitch: stitch as unknown as Json, destinations };
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
