/** Who may enter the console, as the store keeps it for all replicas. Of every secret there is a digest only. */
export interface Access {
  /** Null as long as nobody has set one. */
  readonly password: Password | null;
  readonly setupLinks: readonly SetupLink[];
  readonly sessions: readonly Session[];
}

export interface Password {
  /** What scrypt made of it, with its parameters and salt. */
  readonly hash: string;
  readonly setAt: Date;
}

/** Lets whoever holds it set the password, once. */
export interface SetupLink {
  readonly digest: string;
  readonly endsAt: Date;
}

/** One browser that has logged in. */
export interface Session {
  readonly digest: string;
  readonly startedAt: Date;
  /** About when it was last used. */
  readonly seenAt: Date;
}

export const noAccess: Access = { password: null, setupLinks: [], sessions: [] };
