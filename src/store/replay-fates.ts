/** What is done with the payloads of replayed events. */
import type { Draft, JoinDraft } from '../model/delivery.ts';
import type { PayloadFate } from '../model/replay.ts';

/** A join counts apart; one that the destination has been told counts as nothing. */
export type Done = PayloadFate | 'join' | 'nothing';

export function doneOf(fate: PayloadFate, draft: Draft | JoinDraft): Done {
  const isJoin = 'join' in draft && draft.join.isAll;
  if (!isJoin) return fate;
  return fate === 'new' || fate === 'again' ? 'join' : 'nothing';
}
