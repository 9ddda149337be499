/** Events on their way out of the translator's hands, with the deliveries that come of them. */
import type { Draft, JoinDraft } from '../../model/delivery.ts';
import type { EventId } from '../../model/id.ts';
import { runsDigest } from '../digest.ts';
import { type EventMove, eventMoveOf } from '../event-moves.ts';
import type { TranslationSettlement } from '../store.ts';
import { Tally } from '../tally.ts';
import type { Transaction } from './connections.ts';
import { insertDrafts, type Queued } from './deliveries.ts';
import { toHex } from './hex.ts';
import { laneLock } from './locks.ts';
import type { WrittenDelivery } from './recent.ts';
import { planReplayed, type Replayed, settleReplayed } from './replay-drafts.ts';
import { rounds } from './rounds.ts';
import { writeTally } from './tally.ts';
import { toRecords } from './text.ts';

export const translationSql = {
  /** The usual move, of events that no replay has to hear of. */
  translate: `
    update event set status = 'translated', settled_at = move."settledAt", runs = move.runs,
      runs_digest = decode(move."runsDigest", 'hex'), claimed_by = null, lease_ends_at = null
    from json_to_recordset($1) as move (id text, worker text, tries integer, "settledAt" bigint, runs text,
      "runsDigest" text)
    where event.id = move.id and event.status = 'received' and claimed_by = move.worker and event.tries = move.tries
      and replay_seq is null and in_line_since is null
    returning event.id`,
  move: `
    update event set status = move.status, reason = move.reason, message = move.message, cause = move.cause,
      settled_at = move."settledAt", runs = move.runs,
      runs_digest = decode(move."runsDigest", 'hex'), due_at = move."dueAt", waits_for = move."waitsFor",
      tries = event.tries - 1 + move.spent, claimed_by = null, lease_ends_at = null,
      replay_seq = case when move.status = 'received' then replay_seq end,
      in_line_since = case when move.status = 'received' then in_line_since end
    from json_to_recordset($1) as move (id text, worker text, tries integer, status text, reason text, message text,
      cause text, "settledAt" bigint, runs text, "runsDigest" text, "dueAt" bigint, "waitsFor" text, spent integer)
    where event.id = move.id and event.status = 'received' and claimed_by = move.worker and event.tries = move.tries
    returning event.id, (select replay_seq from event as was where was.id = event.id) as replay`,
};

const draftsOf = (settlement: TranslationSettlement): readonly (Draft | JoinDraft)[] =>
  'drafts' in settlement ? settlement.drafts : [];

/** Of every destination that something may be queued for. */
export const locksOf = (settlements: readonly TranslationSettlement[]): readonly bigint[] =>
  settlements.flatMap((settlement) => draftsOf(settlement).map(({ destination }) => laneLock(destination)));

export interface SettledTranslations {
  /** False for each whose lease was lost; then nothing of it is written. */
  readonly kept: readonly boolean[];
  readonly written: readonly WrittenDelivery[];
}

export async function settleTranslations(
  tx: Transaction,
  settlements: readonly TranslationSettlement[],
): Promise<SettledTranslations> {
  const steps = settlements.map((settlement) => ({ settlement }));
  const moved = new Map<Step, Moved>();
  for (const round of rounds(steps, ({ settlement }) => settlement.event.id))
    for (const one of await moveRound(tx, round)) moved.set(one.step, one);
  const kept = steps.flatMap((step) => moved.get(step) ?? []);
  const tally = new Tally();
  const plan = await planReplayed(tx, kept.flatMap(toReplayed));
  const planned = Map.groupBy(
    plan.drafts.flatMap(({ queued }) => queued ?? []),
    ({ eventId }) => eventId,
  );
  // In the order of the settlements, whichever of them are replayed: a person's line keeps it.
  const inOrder = kept.flatMap((one) =>
    one.replay === null ? toQueued(one) : (planned.get(one.settlement.event.id) ?? []),
  );
  const { queued, written } = await insertDrafts(tx, inOrder, tally);
  await settleReplayed(tx, { ...plan, queued: new Set(queued) }, tally);
  for (const one of kept) count(one, plan.known, tally);
  writeTally(tx, tally);
  return { kept: steps.map((step) => moved.has(step)), written };
}

/** The same settlement may be given twice. */
interface Step {
  readonly settlement: TranslationSettlement;
}

interface Moved extends Step {
  readonly step: Step;
  readonly move: EventMove;
  /** The number of the replay that had put the event in line. */
  readonly replay: number | null;
}

async function moveRound(tx: Transaction, steps: readonly Step[]): Promise<readonly Moved[]> {
  const moves = steps.map((step) => ({ step, ...step, move: eventMoveOf(step.settlement) }));
  const translated = await translate(
    tx,
    moves.flatMap(({ move }) => (move.status === 'translated' ? [move] : [])),
  );
  const others = moves.flatMap(({ move }) => (translated.has(move.id) ? [] : [withDigest(move)]));
  const rows = others.length === 0 ? [] : await tx.rows<MovedRow>(translationSql.move, [toRecords(others)]);
  const replays = new Map(rows.map(({ id, replay }) => [id, replay]));
  return moves.flatMap((one) => {
    const replay = translated.has(one.move.id) ? null : replays.get(one.move.id);
    return replay === undefined ? [] : [{ ...one, replay }];
  });
}

interface MovedRow {
  readonly id: EventId;
  readonly replay: number | null;
}

const withDigest = (move: EventMove) => ({ ...move, runsDigest: toHex(runsDigest(move.runs)) });

async function translate(tx: Transaction, moves: readonly EventMove[]): Promise<ReadonlySet<EventId>> {
  if (moves.length === 0) return new Set();
  const rows = moves.map(withDigest).map(({ id, worker, tries, settledAt, runs, runsDigest: digest }) => ({
    ...{ id, worker, tries, settledAt, runs },
    runsDigest: digest,
  }));
  return new Set((await tx.rows<MovedRow>(translationSql.translate, [toRecords(rows)])).map(({ id }) => id));
}

const toQueued = ({ settlement }: Moved): readonly Queued[] =>
  draftsOf(settlement).map((draft) => ({
    draft,
    eventId: settlement.event.id,
    receivedAt: settlement.event.receivedAt,
    now: settlement.settledAt,
  }));

/** Still in its line is what was delayed or given back. */
function toReplayed({ settlement, move, replay }: Moved): readonly Replayed[] {
  if (replay === null || move.status === 'received') return [];
  const { event, settledAt: now } = settlement;
  return [{ eventId: event.id, replay, status: move.status, drafts: draftsOf(settlement), now }];
}

function count({ settlement, move, replay }: Moved, known: ReadonlySet<EventId>, tally: Tally): void {
  const { event } = settlement;
  if (move.status === 'received') return;
  tally.events(event.source, 'received', -1);
  tally.events(event.source, move.status, 1);
  const now = settlement.settledAt;
  tally.happened({ kind: 'event', name: event.source, what: move.status }, now.getTime());
  tally.problem({ kind: 'event', name: event.source, ...move, count: 1 });
  // What has been translated before is not counted again.
  if (!('origins' in settlement) || (replay !== null && known.has(event.id))) return;
  for (const origin of settlement.origins) tally.stitched(event.source, origin, now);
}
