import type { IdOrigin, Stitch } from '../model/identity.ts';
import { localTime } from './since.ts';

/** Where a payload's ids came from, in one line. */
export function stitchText({ user_id, anonymous_id, conflict, shared = [] }: Stitch): string {
  const ids = `user ${originText(user_id)} · visitor ${originText(anonymous_id)}`;
  const notes = [
    ...(conflict === undefined ? [] : [`its identifiers belong to ${conflict} users, so nothing was filled in`]),
    ...(shared.length === 0 ? [] : [`${shared.join(', ')} shared by too many to count`]),
  ];
  return [ids, ...notes].join('; ');
}

function originText(origin: IdOrigin): string {
  switch (origin.from) {
    case 'event':
      return 'from the event';
    case 'link': {
      const way = origin.hops === 1 ? `via ${origin.via}` : `via ${origin.via}, ${origin.hops} links away`;
      return `${way}, seen ${localTime(origin.seen_at)} in ${origin.source} (${origin.event_id})`;
    }
    case 'stable_id':
      return "by the mapping's fallback";
    case 'nowhere':
      return 'unknown';
  }
}
