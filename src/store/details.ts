/** An event or a delivery with all that came of it, as far as that is what was written. */
import {
  type DigestedAttempt,
  type DigestedDelivery,
  type DigestedEvent,
  type DigestedRequest,
  isAttemptWhole,
  isDeliveryWhole,
  isEventWhole,
  isRequestWhole,
} from './contents.ts';
import { type FoundDamages, notAsWritten } from './found-damages.ts';
import { toAttempt, toDelivery, toEventSummary, toHeaders } from './rows.ts';
import type { DeliveryDetail, EventDetail } from './store.ts';

interface EventParts {
  readonly row: DigestedEvent;
  /** Undefined where it is not there. */
  readonly request: DigestedRequest | undefined;
  readonly deliveries: readonly DeliveryDetail[];
}

export function eventDetail({ row, request, deliveries }: EventParts, damages: FoundDamages): EventDetail {
  const whole = request !== undefined && isRequestWhole(request) ? shown(request) : undefined;
  const isDamaged = whole === undefined || !isEventWhole(row);
  if (isDamaged) damages.report({ place: `event ${row.id}`, what: `${notAsWritten}, in the event or its request` });
  return {
    ...toEventSummary(row),
    tries: row.tries,
    runs: row.runs === null || isDamaged ? null : JSON.parse(row.runs),
    request: { ...(whole ?? unreadable), item: row.item },
    deliveries,
    ...(isDamaged ? { isDamaged } : {}),
  };
}

type ShownRequest = Omit<EventDetail['request'], 'item'>;

const unreadable: ShownRequest = { kind: null, method: '', url: '', headers: {}, body: new Uint8Array() };

const shown = (row: DigestedRequest): ShownRequest => {
  const { kind, method, url, body } = row;
  return { kind, method, url, headers: toHeaders(row), body };
};

interface DeliveryParts {
  readonly row: DigestedDelivery;
  readonly attempts: readonly DigestedAttempt[];
}

/** Of what is damaged nothing is shown but that it is there: it may be no JSON any more, or somebody else's. */
export function deliveryDetail({ row, attempts }: DeliveryParts, damages: FoundDamages): DeliveryDetail {
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
