/** What a replayed event's payloads become, beside what was made of it before. Runs inside a transaction. */
import type { Draft, JoinDraft } from '../../model/delivery.ts';
import type { EventStatus } from '../../model/event.ts';
import { payloadFate, type ReplayScope } from '../../model/replay.ts';
import { type Done, doneOf } from '../replay-fates.ts';
import { countsOf, type ReplayRow, scopeOf } from '../replay-rows.ts';
import type { Tally } from '../tally.ts';
import { insertDraft, isToBeTold, type Queued } from './deliveries.ts';
import { cancelDead } from './problems.ts';
import type { LatestRow } from './replay-statements.ts';
import type { Statements } from './statements.ts';

interface Replayed extends Queued {
  readonly drafts: readonly (Draft | JoinDraft)[];
  readonly replay: ReplayRow;
  /** What became of the event this time. */
  readonly status: EventStatus;
}

export function settleReplayed(sql: Statements, { drafts, replay, status, ...queued }: Replayed, tally: Tally): void {
  const scope = scopeOf(replay);
  const done = drafts.map((draft) => settleDraft(sql, { ...queued, draft, scope }, tally));
  sql.replays.settle.run({ seq: replay.seq, now: queued.now.getTime(), ...countsOf([status], done) });
}

interface ReplayedDraft extends Queued {
  readonly draft: Draft | JoinDraft;
  readonly scope: ReplayScope;
}

function settleDraft(sql: Statements, { draft, scope, ...queued }: ReplayedDraft, tally: Tally): Done {
  const latest = sql.replays.latest.get(queued.eventId, draft.destination, draft.outgoingId);
  const fate = payloadFate(draft.destination, latest?.status, scope);
  if (fate === 'new') {
    if (!isToBeTold(sql, draft, queued)) return 'nothing';
    insertDraft(sql, { ...queued, draft }, tally);
  }
  if (fate === 'again') makeAgain(sql, { ...queued, draft, latest }, tally);
  return doneOf(fate, draft);
}

interface MadeAgain extends Queued {
  readonly draft: Draft;
  readonly latest: LatestRow | undefined;
}

function makeAgain(sql: Statements, { latest, ...queued }: MadeAgain, tally: Tally): void {
  insertDraft(sql, { ...queued, ...(latest !== undefined && { replayOf: latest.id }) }, tally);
  // The dead letters that are left are those that still need a person.
  if (latest?.status === 'dead') cancelDead(sql, { id: latest.id, now: queued.now }, tally);
}
