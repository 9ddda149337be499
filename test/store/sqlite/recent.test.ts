import { describe, expect, it } from 'vitest';
import { newEvent, newRequest } from '../../../src/store/event-moves.ts';
import { Recent } from '../../../src/store/recent.ts';
import { RecentContents, waitingOf } from '../../../src/store/sqlite/recent.ts';
import type { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { aClaim, anEvent, aRequest, at, claimOne, only, record } from '../../contracts/store-samples.ts';
import { freshDatabase, storeOn } from './data-directory.ts';

describe('what was just written', () => {
  it('is taken once', () => {
    const recent = new Recent<string>(10_000);
    recent.keep('evt_1', 'content', 7);

    expect(recent.take('evt_1')).toBe('content');
    expect(recent.take('evt_1')).toBeUndefined();
  });

  it('is not kept where there is no room, and its room is free when it was taken', () => {
    const recent = new Recent<string>(2_000);
    recent.keep('evt_1', 'first', 1_400);
    recent.keep('evt_2', 'second', 1_400);
    expect(recent.take('evt_2')).toBeUndefined();

    recent.take('evt_1');
    recent.keep('evt_3', 'third', 1_400);
    expect(recent.take('evt_3')).toBe('third');
  });

  it('takes room for its own size as well: small contents do not pile up', () => {
    const recent = new Recent<string>(10_000);
    for (let n = 0; n < 1_000; n += 1) recent.keep(`evt_${n}`, '', 0);

    const kept = Array.from({ length: 1_000 }, (_, n) => recent.take(`evt_${n}`)).filter((one) => one !== undefined);
    expect(kept.length).toBeLessThanOrEqual(20);
  });

  it('counts a body for those that are kept: what no mapping will see takes no share of it', () => {
    const unusable = { reason: 'not_an_event', message: 'no id' } as const;
    const body = Buffer.from('x'.repeat(1_000_000));
    const contents = new RecentContents();
    const ids = Array.from({ length: 20 }, (_, n) => {
      const events = [anEvent({ externalId: `a${n}` }), anEvent({ externalId: `b${n}`, unusable })];
      const request = aRequest({ body, events });
      const rows = events.map((event) => newEvent(request, event, 1));
      contents.recorded(waitingOf({ request: newRequest(request), events: rows }, {}));
      return rows[0]?.id ?? '';
    });

    expect(ids.filter((id) => contents.events.take(id) !== undefined)).toHaveLength(7);
  });
});

describe('a store', () => {
  const isKept = (store: SqliteStore, changed: () => void): Promise<boolean> => {
    changed();
    return claimOne(store).then(({ type }) => type !== 'changed');
  };

  it('hands out what it has just written without reading it again', async () => {
    const db = freshDatabase();
    const store = storeOn(db);
    await record(store, ['evt_1']);

    expect(await isKept(store, () => db.exec("update event set type = 'changed'"))).toBe(true);
  });

  it('keeps nothing of what was claimed in the very commit that wrote it, once that is settled', async () => {
    const db = freshDatabase();
    const store = storeOn(db);
    const claim = aClaim();
    const [, claimed] = await Promise.all([record(store, ['evt_1']), store.claimEvents(claim)]);
    const event = only(claimed);
    await store.settleTranslations([{ event, settledAt: at(1_000), to: 'released' }]);

    const again = await claimOne(store);
    expect(again).toMatchObject({ id: event.id, bodyText: event.bodyText });
    expect(again).not.toBe(event);
  });
});
