import type { Identifier, Link } from '../model/identity.ts';
import { byStrength, compare, keyOf, strengthOf } from './identifier.ts';
import { isShared } from './sharing.ts';

export interface WalkLimits {
  /** Links that a way may have. */
  readonly hops: number;
  /** Identifiers looked at on each step of the way. */
  readonly width: number;
}

/** User → customer → e-mail → phone → visitor is four links; one person has far fewer identifiers. */
const limitsOfAnEvent: WalkLimits = { hops: 4, width: 32 };

/** An identifier of the same person, and how it was found. */
export interface Reached {
  readonly identifier: Identifier;
  /** Links on the way; 0 for the event's own. */
  readonly hops: number;
  /** The event's own identifier that the way began with. */
  readonly via: Identifier;
  /** The last step of the way; absent for the event's own. */
  readonly step?: { readonly from: Identifier; readonly link: Link };
}

/** The user that identifiers belong to, and the link that says so; absent link: the event says so itself. */
export interface FoundUser {
  readonly id: string;
  readonly by?: { readonly hops: number; readonly via: Identifier; readonly link: Link };
}

/** Everything that is known to be one person's, seen from an event. */
export interface Walk {
  /** Nearest first; within that what came by the strongest kind, then the latest link. */
  readonly reached: readonly Reached[];
  readonly user: FoundUser | undefined;
  /** How many users there are, where there is no telling which one it is; then `reached` says nothing. */
  readonly conflict: number | undefined;
  /** Of the own identifiers those that many people share. */
  readonly shared: readonly Identifier[];
  /** What many people share and a way came to, the own included; none leads further. */
  readonly ends: readonly Reached[];
}

/**
 * Walks from an event's identifiers along the links, asking for the links of several at a time. The answer depends on
 * the links alone, never on the order in which they came; so every order of arrival ends in the same person.
 *
 * A way never leads through an identifier that many share, and never from one user's identifiers to another's: it ends
 * before an identifier that belongs to somebody else.
 */
export function* walk(
  own: readonly Identifier[],
  limits = limitsOfAnEvent,
): Generator<readonly Identifier[], Walk, readonly (readonly Link[])[]> {
  const reached: Reached[] = [];
  const ends: Reached[] = [];
  const seen = new Set<string>();
  let user = ownUser(own);
  let frontier: readonly Reached[] = unseen(
    own.toSorted(byStrength).map((identifier) => ({ identifier, hops: 0, via: identifier })),
    seen,
  );
  for (let hops = 0; frontier.length > 0 && hops <= limits.hops; hops += 1) {
    const answers = yield frontier.map(({ identifier }) => identifier);
    const nodes = frontier.map((node, index) => ({ node, links: answers[index] ?? [] }));
    ends.push(...nodes.filter(isSharedNode).map(({ node }) => node));
    const personal = nodes.filter((each) => !isSharedNode(each));
    const found = usersOf(personal);
    if (user === undefined && found.size > 1)
      return outcome({ reached: [], user: undefined, conflict: found.size, ends });
    user ??= [...found.values()][0];
    const same = personal.filter((each) => belongsTo(each, user));
    reached.push(...same.map(({ node }) => node));
    frontier = unseen(same.flatMap(stepsFrom).toSorted(byWay), seen).slice(0, limits.width);
  }
  return outcome({ reached, user, conflict: undefined, ends });
}

function outcome(walked: Omit<Walk, 'shared'>): Walk {
  return { ...walked, shared: walked.ends.filter(({ hops }) => hops === 0).map(({ identifier }) => identifier) };
}

interface Node {
  readonly node: Reached;
  readonly links: readonly Link[];
}

const isSharedNode = ({ node, links }: Node): boolean => isShared(node.identifier, links);

function ownUser(own: readonly Identifier[]): FoundUser | undefined {
  const id = own.find(({ kind }) => kind === 'user_id')?.value;
  return id === undefined ? undefined : { id };
}

/** The users whose identifiers these are, each by the first way that leads there. */
function usersOf(nodes: readonly Node[]): ReadonlyMap<string, FoundUser> {
  const users = new Map<string, FoundUser>();
  for (const { node, links } of nodes) {
    const { hops, via } = node;
    for (const link of links) {
      if (link.to.kind !== 'user_id' || users.has(link.to.value)) continue;
      users.set(link.to.value, { id: link.to.value, by: { hops: hops + 1, via, link } });
    }
  }
  return users;
}

/** Nobody's, or this user's. */
function belongsTo({ node: { identifier }, links }: Node, user: FoundUser | undefined): boolean {
  if (identifier.kind === 'user_id') return identifier.value === user?.id;
  return links.every(({ to }) => to.kind !== 'user_id' || to.value === user?.id);
}

const stepsFrom = ({ node: { identifier: from, hops, via }, links }: Node): readonly Reached[] =>
  links.map((link) => ({ identifier: link.to, hops: hops + 1, via, step: { from, link } }));

/** Strongest kind first, within a kind the latest link; then by value, so that there is always one order. */
function byWay(one: Reached, other: Reached): number {
  return (
    strengthOf(one.step?.from.kind ?? '') - strengthOf(other.step?.from.kind ?? '') ||
    (other.step?.link.seenAt.getTime() ?? 0) - (one.step?.link.seenAt.getTime() ?? 0) ||
    compare(keyOf(one.identifier), keyOf(other.identifier))
  );
}

/** Each identifier once, by the first of its ways. */
function unseen(nodes: readonly Reached[], seen: Set<string>): readonly Reached[] {
  return nodes.filter(({ identifier }) => {
    const key = keyOf(identifier);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
