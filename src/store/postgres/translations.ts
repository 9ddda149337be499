/** Events on their way out of the translator's hands, with the deliveries that come of them. */
import type { Draft, JoinDraft } from '../../model/delivery.ts';
import { eventMoveOf } from '../event-moves.ts';
import type { TranslationSettlement } from '../store.ts';
import { Tally } from '../tally.ts';
import type { Queries } from './connections.ts';
import { insertDrafts } from './deliveries.ts';
import { laneLock } from './locks.ts';
import { rounds } from './rounds.ts';
import { writeTally } from './tally.ts';
import { toRecords } from './text.ts';

export const translationSql = {
  move: `
    update event set status = move.status, reason = move.reason, message = move.message, settled_at = move."settledAt",
      runs = move.runs, due_at = move."dueAt", waits_for = move."waitsFor", tries = event.tries - 1 + move.spent,
      claimed_by = null, lease_ends_at = null
    from json_to_recordset($1) as move (id text, worker text, tries integer, status text, reason text, message text,
      "settledAt" bigint, runs text, "dueAt" bigint, "waitsFor" text, spent integer)
    where event.id = move.id and event.status = 'received' and claimed_by = move.worker and event.tries = move.tries
    returning event.id`,
};

const draftsOf = (settlement: TranslationSettlement): readonly (Draft | JoinDraft)[] =>
  'drafts' in settlement ? settlement.drafts : [];

/** Of every destination that something may be queued for. */
export const locksOf = (settlements: readonly TranslationSettlement[]): readonly bigint[] =>
  settlements.flatMap((settlement) => draftsOf(settlement).map(({ destination }) => laneLock(destination)));

/** False for each whose lease was lost; then nothing of it is written. */
export async function settleTranslations(
  tx: Queries,
  settlements: readonly TranslationSettlement[],
): Promise<readonly boolean[]> {
  const steps = settlements.map((settlement) => ({ settlement }));
  const moved = new Set<Step>();
  for (const round of rounds(steps, ({ settlement }) => settlement.event.id))
    for (const step of await moveRound(tx, round)) moved.add(step);
  const kept = steps.flatMap((step) => (moved.has(step) ? [step.settlement] : []));
  const tally = new Tally();
  const queued = kept.flatMap((settlement) =>
    draftsOf(settlement).map((draft) => ({ draft, eventId: settlement.event.id, now: settlement.settledAt })),
  );
  await insertDrafts(tx, queued, tally);
  for (const settlement of kept) count(settlement, tally);
  await writeTally(tx, tally);
  return steps.map((step) => moved.has(step));
}

/** The same settlement may be given twice. */
interface Step {
  readonly settlement: TranslationSettlement;
}

async function moveRound(tx: Queries, steps: readonly Step[]): Promise<readonly Step[]> {
  const moves = steps.map(({ settlement }) => eventMoveOf(settlement));
  const rows = await tx.rows<{ id: string }>(translationSql.move, [toRecords(moves)]);
  const moved = new Set(rows.map(({ id }) => id));
  return steps.filter(({ settlement }) => moved.has(settlement.event.id));
}

function count(settlement: TranslationSettlement, tally: Tally): void {
  const { event } = settlement;
  const { status } = eventMoveOf(settlement);
  if (status !== 'received') {
    tally.events(event.source, 'received', -1);
    tally.events(event.source, status, 1);
  }
  if ('origins' in settlement) for (const origin of settlement.origins) tally.stitched(event.source, origin);
}
