import type { Access, Session } from '../../model/access.ts';
import { addMs, type Clock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { Store } from '../../store/store.ts';
import {
  current,
  digestOf,
  lifetimes,
  linkOf,
  newSecret,
  seen,
  seenEveryMs,
  sessionOf,
  withoutSession,
  withPassword,
  withSession,
  withSetupLink,
} from './changes.ts';
import { Passwords } from './password.ts';

/** A session that has just begun, with what its browser has to bring back. */
export interface Opened {
  readonly session: Session;
  readonly secret: string;
}

export interface DoorkeeperDependencies {
  readonly store: Pick<Store, 'access'>;
  readonly clock: Clock;
  readonly passwords?: Passwords;
}

/** Lets people in by password: every replica knows the same password, links and sessions, because the store keeps them. */
export class Doorkeeper {
  readonly #store: Pick<Store, 'access'>;
  readonly #clock: Clock;
  readonly #passwords: Passwords;

  constructor({ store, clock, passwords = new Passwords() }: DoorkeeperDependencies) {
    this.#store = store;
    this.#clock = clock;
    this.#passwords = passwords;
  }

  async hasPassword(): Promise<boolean> {
    return (await this.#store.access.read()).password !== null;
  }

  /** Throws SETUP_NEEDED and PASSWORD_REFUSED. */
  async logIn(password: string): Promise<Opened> {
    const hash = await this.#require(password);
    const opened = this.#open();
    // While it was compared another one may have been set, with which all sessions end.
    const after = await this.#change((access) =>
      access.password?.hash === hash ? withSession(access, opened.session) : access,
    );
    if (!after.sessions.some(({ digest }) => digest === opened.session.digest)) throw passwordRefused();
    return opened;
  }

  /** The link's secret; `isOnly` ends those that were made before. */
  async makeSetupLink({
    isOnly,
  }: {
    readonly isOnly: boolean;
  }): Promise<{ readonly secret: string; readonly endsAt: Date }> {
    const secret = newSecret();
    const endsAt = addMs(this.#clock.now(), lifetimes.setupLinkMs);
    await this.#change((access) => withSetupLink(access, { digest: digestOf(secret), endsAt }, { isOnly }));
    return { secret, endsAt };
  }

  /** Sets the password by a setup link, which opens nothing afterwards. Throws SETUP_LINK_REFUSED. */
  async setUp(link: string, password: string): Promise<Opened> {
    const digest = digestOf(link);
    // Before the password is hashed, which takes its time; and again with the change, which one of two can make.
    const mayBe = linkOf(await this.#store.access.read(), digest, this.#clock.now()) !== undefined;
    if (!mayBe) throw linkRefused();
    return await this.#setPassword(password, {
      mayStill: (access) => linkOf(access, digest, this.#clock.now()) !== undefined,
      refused: linkRefused,
    });
  }

  /** Throws PASSWORD_REFUSED where `now` is not the password, SESSION_ENDED where the session has ended meanwhile. */
  async changePassword(
    { digest }: Session,
    { now, next }: { readonly now: string; readonly next: string },
  ): Promise<Opened> {
    await this.#require(now);
    return await this.#setPassword(next, {
      mayStill: (access) => sessionOf(access, digest, this.#clock.now()) !== undefined,
      refused: sessionEnded,
    });
  }

  /** The live session of this secret, which is in use now. */
  async visit(secret: string): Promise<Session | undefined> {
    const now = this.#clock.now();
    const session = sessionOf(await this.#store.access.read(), digestOf(secret), now);
    if (session === undefined || now.getTime() - session.seenAt.getTime() < seenEveryMs) return session;
    // It may be looked at all the same while the store takes no writes.
    await this.#change((access) => seen(access, session.digest, now)).catch(() => undefined);
    return { ...session, seenAt: now };
  }

  /** The same without being a use of it. */
  async isLive({ digest }: Session): Promise<boolean> {
    return sessionOf(await this.#store.access.read(), digest, this.#clock.now()) !== undefined;
  }

  async logOut(secret: string): Promise<void> {
    await this.#change((access) => withoutSession(access, digestOf(secret)));
  }

  /** The hash that it was compared with. */
  async #require(password: string): Promise<string> {
    const { password: kept } = await this.#store.access.read();
    if (kept === null) throw setupNeeded();
    if (!(await this.#passwords.matches(password, kept.hash))) throw passwordRefused();
    return kept.hash;
  }

  async #setPassword(password: string, { mayStill, refused }: Permission): Promise<Opened> {
    const hash = await this.#passwords.hash(password);
    const opened = this.#open();
    const { digest } = opened.session;
    const after = await this.#change((access) =>
      mayStill(access) ? withPassword(access, hash, opened.session) : access,
    );
    if (!after.sessions.some((session) => session.digest === digest)) throw refused();
    return opened;
  }

  #open(): Opened {
    const secret = newSecret();
    const now = this.#clock.now();
    return { secret, session: { digest: digestOf(secret), startedAt: now, seenAt: now } };
  }

  #change(change: (access: Access) => Access): Promise<Access> {
    return this.#store.access.change((access) => change(current(access, this.#clock.now())));
  }
}

/** Asked when the change is made: what it rests on may be gone by then. */
interface Permission {
  readonly mayStill: (access: Access) => boolean;
  readonly refused: () => GatewayError;
}

const passwordRefused = (): GatewayError => new GatewayError('PASSWORD_REFUSED', 'this is not the password');

const setupNeeded = (): GatewayError =>
  new GatewayError('SETUP_NEEDED', 'no password is set yet', {
    hint: 'open the link that the gateway has printed at its start, or print a new one: `hookstitch setup password`',
  });

export const sessionEnded = (): GatewayError =>
  new GatewayError('SESSION_ENDED', 'your session has ended', { hint: 'log in again' });

const linkRefused = (): GatewayError =>
  new GatewayError('SETUP_LINK_REFUSED', 'this link sets no password: it was used, or an hour has passed', {
    hint: 'print a new one: `hookstitch setup password`',
  });
