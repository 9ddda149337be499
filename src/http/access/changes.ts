/** Every change of who may enter the console, as a pure function of who may now. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Access, Session, SetupLink } from '../../model/access.ts';
import { addMs } from '../../model/clock.ts';

const hourMs = 3_600_000;
export const lifetimes = { setupLinkMs: hourMs, idleMs: 12 * hourMs, sessionMs: 7 * 24 * hourMs };

/** Written down no more often than this that a session is in use. */
export const seenEveryMs = 60_000;

/** The oldest give way. */
const most = { setupLinks: 10, sessions: 100 };

/** 256 random bits, for a link or a cookie; only their digest is kept. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Fast, because what is digested cannot be guessed. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** Who may enter without what has ended. */
export function current(access: Access, now: Date): Access {
  const setupLinks = access.setupLinks.filter(({ endsAt }) => endsAt > now);
  const sessions = access.sessions.filter((session) => endOf(session) > now);
  const isSameAsBefore = setupLinks.length === access.setupLinks.length && sessions.length === access.sessions.length;
  return isSameAsBefore ? access : { ...access, setupLinks, sessions };
}

/** When a session ends that nobody uses any more, and when it ends in any case. */
export const ends = ({ startedAt, seenAt }: Session): { readonly idleAt: Date; readonly at: Date } => ({
  idleAt: addMs(seenAt, lifetimes.idleMs),
  at: addMs(startedAt, lifetimes.sessionMs),
});

function endOf(session: Session): Date {
  const { idleAt, at } = ends(session);
  return idleAt < at ? idleAt : at;
}

export const sessionOf = (access: Access, digest: string, now: Date): Session | undefined =>
  current(access, now).sessions.find((session) => isSame(session.digest, digest));

export const linkOf = (access: Access, digest: string, now: Date): SetupLink | undefined =>
  current(access, now).setupLinks.find((link) => isSame(link.digest, digest));

/** `isOnly`: those that were made before open nothing any more. */
export function withSetupLink(access: Access, link: SetupLink, { isOnly }: { readonly isOnly: boolean }): Access {
  const others = isOnly ? [] : access.setupLinks;
  return { ...access, setupLinks: [...others, link].slice(-most.setupLinks) };
}

export const withSession = (access: Access, session: Session): Access => ({
  ...access,
  sessions: [...access.sessions, session].slice(-most.sessions),
});

export const withoutSession = (access: Access, digest: string): Access => ({
  ...access,
  sessions: access.sessions.filter((session) => session.digest !== digest),
});

export const seen = (access: Access, digest: string, seenAt: Date): Access => ({
  ...access,
  sessions: access.sessions.map((session) => (session.digest === digest ? { ...session, seenAt } : session)),
});

/** Whoever was in has to come in again, but the one who has set it; and no link sets another. */
export const withPassword = (access: Access, hash: string, session: Session): Access => ({
  ...access,
  password: { hash, setAt: session.startedAt },
  setupLinks: [],
  sessions: [session],
});
