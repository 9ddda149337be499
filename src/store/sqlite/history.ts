/** What became of one event or delivery, and of all of them in numbers. */
import type { DeliveryId, EventId } from '../../model/id.ts';
import { earliest, toAttempt, toDelivery, toEventSummary, toHeaders } from '../rows.ts';
import { statsOf } from '../stats.ts';
import type { DeliveryDetail, EventDetail, Stats } from '../store.ts';
import { type DigestedDelivery, isAttemptWhole, isDeliveryWhole, isEventWhole, isRequestWhole } from './contents.ts';
import { type Damages, notAsWritten } from './damages.ts';
import type { Statements } from './statements.ts';

export function getEvent(sql: Statements, id: EventId, damages: Damages): EventDetail | undefined {
  const row = sql.events.byId.get(id);
  if (row === undefined) return undefined;
  const request = wholeRequest(sql, row.request_seq);
  const isDamaged = request === undefined || !isEventWhole(row);
  if (isDamaged) damages.report({ place: `event ${id}`, what: `${notAsWritten}, in the event or its request` });
  return {
    ...toEventSummary(row),
    tries: row.tries,
    runs: row.runs === null || isDamaged ? null : JSON.parse(row.runs),
    request: { ...(request ?? unreadable), item: row.item },
    deliveries: sql.deliveries.ofEvent.all(id).map((delivery) => withHistory(sql, delivery, damages)),
    ...(isDamaged ? { isDamaged } : {}),
  };
}

type ShownRequest = Omit<EventDetail['request'], 'item'>;

const unreadable: ShownRequest = { kind: null, method: '', url: '', headers: {}, body: new Uint8Array() };

function wholeRequest(sql: Statements, seq: number): ShownRequest | undefined {
  const row = sql.events.request.get(seq);
  if (row === undefined || !isRequestWhole(row)) return undefined;
  const { kind, method, url, body } = row;
  return { kind, method, url, headers: toHeaders(row), body };
}

export function getDelivery(sql: Statements, id: DeliveryId, damages: Damages): DeliveryDetail | undefined {
  const row = sql.deliveries.byId.get(id);
  return row === undefined ? undefined : withHistory(sql, row, damages);
}

/** Of what is damaged nothing is shown but that it is there: it may be no JSON any more, or somebody else's. */
function withHistory(sql: Statements, row: DigestedDelivery, damages: Damages): DeliveryDetail {
  const attempts = sql.deliveries.attempts.all(row.id);
  const isWhole = isDeliveryWhole(row);
  if (!isWhole) damages.report({ place: `delivery ${row.id}`, what: notAsWritten });
  for (const attempt of attempts.filter((each) => !isAttemptWhole(each)))
    damages.report({ place: `attempt ${attempt.id}`, what: notAsWritten });
  return {
    ...toDelivery(isWhole ? row : { ...row, stitch: null }),
    payload: isWhole ? row.payload : 'null',
    history: attempts.filter(isAttemptWhole).map(toAttempt),
    ...(isWhole && attempts.every(isAttemptWhole) ? {} : { isDamaged: true }),
  };
}

export const stats = (sql: Statements): Stats =>
  statsOf(sql.tally.all.all(), sql.tally.allStitches.all(), oldestPending(sql));

function oldestPending(sql: Statements): Stats['oldestPending'] {
  return sql.tally.names.all('delivery').flatMap((destination) => {
    const { oldest } = sql.deliveries;
    const createdAt = earliest([oldest.get(destination, 'pending'), oldest.get(destination, 'in_flight')]);
    return createdAt === null ? [] : [{ destination, createdAt }];
  });
}
