import type { Identifier } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { Forgotten, Person } from '../model/person.ts';

/** How a person looks in the API. */
export const personJson = ({ userId, conflict, identifiers, events }: Person): JsonObject => ({
  user_id: userId,
  conflict,
  identifiers: identifiers.map(({ kind, value, hops, isShared, link }) => ({
    kind,
    value,
    hops,
    shared: isShared,
    link:
      link === null
        ? null
        : {
            from: plain(link.from),
            to: plain(link.to),
            source: link.source,
            event_id: link.eventId,
            seen_at: link.seenAt.toISOString(),
          },
  })),
  events: events.map(({ id, source, type, occurredAt, status }) => ({
    id,
    source,
    type,
    occurred_at: occurredAt.toISOString(),
    status,
  })),
});

const plain = ({ kind, value }: Identifier): JsonObject => ({ kind, value });

export const forgottenJson = (forgotten: Forgotten): JsonObject => ({
  identifiers: forgotten.identifiers,
  events: forgotten.events,
  requests: forgotten.requests,
  deliveries: forgotten.deliveries,
  attempts: forgotten.attempts,
  emptied: forgotten.emptied,
  verified: forgotten.isVerified,
  remaining: forgotten.remaining,
  too_short: forgotten.tooShort,
});
