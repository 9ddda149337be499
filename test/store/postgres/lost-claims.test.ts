import { expect, it } from 'vitest';
import { GatewayError } from '../../../src/model/error.ts';
import { FoundDamages } from '../../../src/store/found-damages.ts';
import { DatabaseClock } from '../../../src/store/postgres/clock.ts';
import { Connections, type Transaction } from '../../../src/store/postgres/connections.ts';
import { claimEvents } from '../../../src/store/postgres/events.ts';
import { LostClaims } from '../../../src/store/postgres/lost-claims.ts';
import { RecentContents } from '../../../src/store/postgres/recent.ts';
import { aClaim, aRequest, at } from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { storeAt, testDatabase } from './test-database.ts';

describeOnPostgres('a claim whose answer got lost', () => {
  it('is ended by the next one, which takes the same', async () => {
    const url = await testDatabase();
    const store = await storeAt(url);
    await store.recordRequest(aRequest());
    const connections = new Connections(url, new DatabaseClock());
    const claims = new LostClaims();
    const damages = new FoundDamages(() => undefined);
    const recent = new RecentContents().events;
    const take = (now = at(0)) => {
      const claim = aClaim({ now });
      return claims.during(claim, (tracked) =>
        connections.write({ purpose: 'working' }, (tx: Transaction) =>
          tracked(tx, () => claimEvents(tx, { ...claim, recent }, damages)),
        ),
      );
    };
    const lose = claims.during(aClaim(), async (tracked) => {
      await connections.write({ purpose: 'working' }, (tx) =>
        tracked(tx, () => claimEvents(tx, { ...aClaim(), recent }, damages)),
      );
      throw new GatewayError('STORE_UNAVAILABLE', 'the connection broke');
    });
    await expect(lose).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });

    expect(await take(at(1_000))).toMatchObject([{ tries: 2 }]);
    expect(await take(at(2_000))).toEqual([]);
    await connections.close();
  });
});
