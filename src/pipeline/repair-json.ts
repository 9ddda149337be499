import type { Json, JsonObject } from '../model/json.ts';
import type { PayloadFate, Replay } from '../model/replay.ts';
import type { Problems } from '../store/repair.ts';
import type { PayloadChange } from './payload-diff.ts';
import type { PlannedPayload, ReplayPlan } from './replay-plan.ts';

/** Problems, replays and their plans as the API and `--json` give them: snake_case keys, ISO times, null for what is not. */

export const problemsJson = ({ deliveries, events }: Problems): JsonObject => ({
  deliveries: deliveries.map(({ destination, ...group }) => ({ destination, ...groupJson(group) })),
  events: events.map(({ source, ...group }) => ({ source, ...groupJson(group) })),
});

type Group = Omit<Problems['deliveries'][number], 'destination'> | Omit<Problems['events'][number], 'source'>;

const groupJson = ({ reason, cause, count, firstAt, lastAt, example }: Group): JsonObject => ({
  ...{ reason, cause, count },
  first_at: firstAt.toISOString(),
  last_at: lastAt.toISOString(),
  example,
});

export function replayJson(replay: Replay): JsonObject {
  const { id, status, filter, destinations, includesDelivered, rate, createdAt, endedAt, progress } = replay;
  const { since, until, dead, ...rest } = filter;
  const { total, translated, unmatched, failed, inLine, fates, joins } = progress;
  return {
    id,
    status,
    filter: { ...rest, dead: dead && { ...dead }, since: since?.toISOString(), until: until?.toISOString() },
    destinations,
    include_delivered: includesDelivered,
    rate,
    created_at: createdAt.toISOString(),
    ended_at: endedAt?.toISOString() ?? null,
    events: { total, translated, unmatched, failed, in_line: inLine },
    payloads: fatesJson(fates),
    joins,
  };
}

/** The plan's counts have the names of the replay's, so that the two can be laid side by side. */
export function planJson(plan: ReplayPlan): JsonObject {
  const { total, translated, unmatched, failed, delayed, unusable, fates, joins, changed } = plan;
  return {
    dry_run: true,
    events: { total, translated, unmatched, failed, delayed, unusable },
    payloads: fatesJson(fates),
    joins,
    changed,
    changes: plan.changedSample.map(({ changes, ...planned }) => ({
      ...plannedJson(planned),
      changes: changes.map(changeJson),
    })),
    new: plan.newSample.map((planned) => ({ ...plannedJson(planned), payload: planned.payload })),
    repeated: plan.repeated.map(({ destination, was, now, count }) => ({ destination, was, now, count })),
    failures: plan.failures.map(({ cause, count, example }) => ({ cause, count, example })),
  };
}

const fatesJson = (fates: Readonly<Record<PayloadFate, number>>): JsonObject => ({ ...fates });

const plannedJson = ({ eventId, destination, outgoingId, fate }: PlannedPayload): JsonObject => ({
  event_id: eventId,
  destination,
  outgoing_id: outgoingId,
  fate,
});

/** A side that has no such field has no such member, so that null can be told from nothing. */
const changeJson = ({ path, before, after }: PayloadChange): Json => ({ path, before, after });
