import type { Access } from '../model/access.ts';
import { dateFromMs } from '../model/clock.ts';

/** Who may enter the console. */
export interface AccessStore {
  read(): Promise<Access>;
  /** One change after the other, over all replicas; `change` is pure and may be asked more than once. */
  change(change: (access: Access) => Access): Promise<Access>;
}

/** It is small, read whole and changed whole: one document in one row. */
interface AccessDocument {
  readonly password: { readonly hash: string; readonly set_at: number } | null;
  readonly setup_links: readonly { readonly digest: string; readonly ends_at: number }[];
  readonly sessions: readonly { readonly digest: string; readonly started_at: number; readonly seen_at: number }[];
}

export function accessDocument({ password, setupLinks, sessions }: Access): string {
  const document: AccessDocument = {
    password: password && { hash: password.hash, set_at: password.setAt.getTime() },
    setup_links: setupLinks.map(({ digest, endsAt }) => ({ digest, ends_at: endsAt.getTime() })),
    sessions: sessions.map(({ digest, startedAt, seenAt }) => ({
      ...{ digest, started_at: startedAt.getTime() },
      seen_at: seenAt.getTime(),
    })),
  };
  return JSON.stringify(document);
}

export function toAccess(text: string): Access {
  const { password, setup_links, sessions } = JSON.parse(text) as AccessDocument;
  return {
    password: password && { hash: password.hash, setAt: dateFromMs(password.set_at) },
    setupLinks: setup_links.map(({ digest, ends_at }) => ({ digest, endsAt: dateFromMs(ends_at) })),
    sessions: sessions.map(({ digest, started_at, seen_at }) => ({
      ...{ digest, startedAt: dateFromMs(started_at) },
      seenAt: dateFromMs(seen_at),
    })),
  };
}
