/** Who may enter the console, as every store keeps it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Access, noAccess } from '../../src/model/access.ts';
import type { Store } from '../../src/store/store.ts';
import { at } from './store-samples.ts';

const everything: Access = {
  password: { hash: '$scrypt$ln=15,r=8,p=3$c2FsdA$aGFzaA', setAt: at(1) },
  setupLinks: [{ digest: 'link', endsAt: at(2) }],
  sessions: [
    { digest: 'one', startedAt: at(3), seenAt: at(4) },
    { digest: 'other', startedAt: at(5), seenAt: at(6) },
  ],
};

export function describeAccess(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  describe('access to the console', () => {
    it('is nobody’s at first', async () => {
      expect(await store.access.read()).toEqual(noAccess);
      expect(await store.access.change((access) => access)).toEqual(noAccess);
    });

    it('is kept as it was changed last', async () => {
      expect(await store.access.change(() => everything)).toEqual(everything);
      expect(await store.access.read()).toEqual(everything);
      const less: Access = { ...everything, password: null, sessions: [] };
      expect(await store.access.change(() => less)).toEqual(less);
      expect(await store.access.read()).toEqual(less);
    });

    it('is changed one after the other, however many change it at once', async () => {
      const seen = { startedAt: at(0), seenAt: at(0) };
      const names = Array.from({ length: 20 }, (_, index) => `${index}`);
      await Promise.all(
        names.map((digest) =>
          store.access.change((access) => ({ ...access, sessions: [...access.sessions, { digest, ...seen }] })),
        ),
      );
      expect(new Set((await store.access.read()).sessions.map(({ digest }) => digest))).toEqual(new Set(names));
    });
  });
}
