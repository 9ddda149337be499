import type { ApiForgotten, ApiPerson, ApiPersonIdentifier } from '../api-shapes/people.ts';
import { plainText, style } from './output.ts';
import { localTime } from './since.ts';
import { table } from './table.ts';

/** A person as people read it: who, by which identifiers, and what they did. */
export function personText({ user_id, conflict, identifiers, events }: ApiPerson): string {
  const rows = identifiers.map((each) => [plainText(each.kind), plainText(each.value), joinedText(each)]);
  const times = events.map(({ occurred_at, source, type, status, id }) => [
    localTime(occurred_at),
    source,
    plainText(type),
    status,
    id,
  ]);
  return [
    style('bold', whoText(user_id, conflict)),
    '',
    table(['KIND', 'IDENTIFIER', 'JOINED'], rows),
    '',
    events.length === 0 ? 'no events' : table(['TIME', 'SOURCE', 'EVENT', 'STATUS', 'ID'], times),
  ].join('\n');
}

function whoText(userId: string | null, conflict: number | null): string {
  if (conflict !== null) return `belongs to ${conflict} users, so to no one person`;
  return userId === null ? 'a person without a user id' : `user ${plainText(userId)}`;
}

function joinedText({ link, shared, hops }: ApiPersonIdentifier): string {
  const note = shared ? '; shared by too many to count' : '';
  if (link === null) return `asked for${note}`;
  const way = hops === 1 ? `via ${link.from.kind}` : `via ${link.from.kind}, ${hops} links away`;
  return plainText(`${way}, seen ${localTime(link.seen_at)} in ${link.source} (${link.event_id})${note}`);
}

/** What was erased, and whether nothing is left. */
export function forgottenText(forgotten: ApiForgotten): string {
  const { identifiers, events, requests, deliveries, attempts, emptied, verified, remaining, too_short } = forgotten;
  const erased = `${events} events in ${requests} requests, ${deliveries} deliveries, ${attempts} attempts, ${identifiers} identifiers`;
  return [
    `erased     ${erased}`,
    ...(emptied === 0 ? [] : [`emptied    ${emptied} places in what others are in too`]),
    verified
      ? `verified   ${style('green', '✓')} the files of the database hold none of the identifiers`
      : `${style('red', '✗')} still in the files: ${remaining.join(', ')}; if more came in meanwhile, forget them again`,
    ...(too_short.length === 0
      ? []
      : [`note       too short to search the files for: ${plainText(too_short.join(', '))}; erased by links and keys`]),
  ].join('\n');
}
