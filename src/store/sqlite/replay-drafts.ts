/** What a replayed event's payloads become, beside what was made of it before. Runs inside a transaction. */
import type { Draft, JoinDraft } from '../../model/delivery.ts';
import type { EventStatus } from '../../model/event.ts';
import { type PayloadFate, payloadFate, type ReplayScope } from '../../model/replay.ts';
import type { Tally } from '../tally.ts';
import { insertDraft, isToBeTold, type Queued } from './deliveries.ts';
import { cancelDead } from './problems.ts';
import type { LatestRow, ReplayRow } from './replay-statements.ts';
import type { Statements } from './statements.ts';

interface Replayed extends Queued {
  readonly drafts: readonly (Draft | JoinDraft)[];
  readonly replay: ReplayRow;
  /** What became of the event this time. */
  readonly status: EventStatus;
}

export function settleReplayed(sql: Statements, { drafts, replay, status, ...queued }: Replayed, tally: Tally): void {
  const scope: ReplayScope = {
    destinations: replay.destinations === null ? null : JSON.parse(replay.destinations),
    includesDelivered: replay.includes_delivered === 1,
  };
  const done = drafts.map((draft) => settleDraft(sql, { ...queued, draft, scope }, tally));
  const countOf = (what: Done): number => done.filter((one) => one === what).length;
  const of = (one: EventStatus): 0 | 1 => (status === one ? 1 : 0);
  sql.replays.settle.run({
    seq: replay.seq,
    now: queued.now.getTime(),
    translated: of('translated'),
    unmatched: of('unmatched'),
    failed: of('failed'),
    madeNew: countOf('new'),
    madeAgain: countOf('again'),
    leftDelivered: countOf('left_delivered'),
    leftUnderWay: countOf('left_under_way'),
    leftOut: countOf('left_out'),
    joins: countOf('join'),
  });
}

type Done = PayloadFate | 'join' | 'nothing';

interface ReplayedDraft extends Queued {
  readonly draft: Draft | JoinDraft;
  readonly scope: ReplayScope;
}

function settleDraft(sql: Statements, { draft, scope, ...queued }: ReplayedDraft, tally: Tally): Done {
  const latest = sql.replays.latest.get(queued.eventId, draft.destination, draft.outgoingId);
  const fate = payloadFate(draft.destination, latest?.status, scope);
  const isJoin = 'join' in draft && draft.join.isAll;
  switch (fate) {
    case 'new':
      if (!isToBeTold(sql, draft, queued)) return 'nothing';
      insertDraft(sql, { ...queued, draft }, tally);
      return isJoin ? 'join' : fate;
    case 'again':
      makeAgain(sql, { ...queued, draft, latest }, tally);
      return isJoin ? 'join' : fate;
    case 'left_delivered':
    case 'left_under_way':
    case 'left_out':
      return isJoin ? 'nothing' : fate;
  }
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
