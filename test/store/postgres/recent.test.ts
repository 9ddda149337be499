import { expect, it } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  anEvent,
  aRequest,
  at,
  claimDeliveries,
  claimDelivery,
  claimOne,
  externalIds,
  outgoingIds,
  queue,
  record,
  settledAs,
  throttled,
  translated,
} from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

describeOnPostgres('what a replica has just written', () => {
  const release = (store: Store, event: Awaited<ReturnType<typeof claimOne>>) =>
    store.settleTranslations([{ event, settledAt: at(1_500), to: 'released' }]);

  it.each([
    ['a text', 'Zoë 🙂'],
    ['what PostgreSQL has no place for', 'nul \0, escape \u0010, half \ud83d'],
  ])('is claimed from memory as from the database: %s', async (_, text) => {
    const url = await testDatabase();
    const [writer, other] = [await storeAt(url), await storeAt(url)];
    await writer.recordRequest(
      aRequest({
        url: `https://hooks.example.com/in/stripe?${text}`,
        headers: { 'x-text': text },
        body: Buffer.from(JSON.stringify({ text })),
        events: [anEvent({ type: text, externalId: text })],
      }),
    );
    const event = await claimOne(writer);
    await release(writer, event);
    const again = await claimOne(other);
    expect(again).toEqual(event);

    const stitch = { anonymous_id: { from: 'event' }, user_id: { from: 'event' } } as const;
    await writer.settleTranslations([
      translated(again, [aDraft({ payload: JSON.stringify({ text }), stitch, person: text })]),
    ]);
    const delivery = await claimDelivery(writer);
    await writer.settleDeliveries({
      destination: 'segment',
      settlements: [{ delivery, settledAt: at(2_000), to: 'released' }],
      observe: (lane) => lane,
    });
    const state = { ...delivery.state, token: delivery.state.token + 1 };
    expect(await claimDelivery(other)).toEqual({ ...delivery, state });
  });

  it('is handed out as another replica has left it that forgot a person', async () => {
    const url = await testDatabase();
    const [writer, other] = [await storeAt(url), await storeAt(url)];
    const items = ['a', 'b', 'c'].map((externalId, item) => anEvent({ externalId, item }));
    await writer.recordRequest(
      aRequest({ body: Buffer.from('[{"a":1},{"email":"ada@example.com"},{"c":1}]'), events: items }),
    );

    await other.forget({ kind: 'email', value: 'ada@example.com' });

    const events = await writer.claimEvents(aClaim());
    expect(events.map(({ externalId, bodyText }) => [externalId, bodyText])).toEqual([
      ['a', '[{"a":1},null,{"c":1}]'],
      ['c', '[{"a":1},null,{"c":1}]'],
    ]);
  });

  it('is not sent any more when another replica has erased it', async () => {
    const url = await testDatabase();
    const [writer, other] = [await storeAt(url), await storeAt(url)];
    await record(writer, ['hers'], { body: Buffer.from('{"email":"ada@example.com"}') });
    await writer.settleTranslations([
      translated(await claimOne(writer), [aDraft({ payload: '{"email":"ada@example.com"}' })]),
    ]);

    await other.forget({ kind: 'email', value: 'ada@example.com' });

    expect(await claimDeliveries(writer, 'segment', { now: at(2_000) })).toEqual([]);
  });

  it('is read back where the database names another digest', async () => {
    const url = await testDatabase();
    const store = await storeAt(url);
    await queue(store, [aDraft({ outgoingId: 'damaged' }), aDraft({ outgoingId: 'whole' })]);
    const client = await connect(url);
    await client.query(`update delivery set digest = substring(sha256('other'), 1, 16) where outgoing_id = 'damaged'`);

    expect(outgoingIds(await claimDeliveries(store, 'segment', { now: at(2_000) }))).toEqual(['whole']);
  });

  it('is shared out with those who did not write it', async () => {
    const url = await testDatabase();
    const [writer, other] = [await storeAt(url), await storeAt(url)];
    await record(writer, ['one', 'two', 'three']);

    const taken = await other.claimEvents(aClaim({ worker: 'wrk_two', limit: 1 }));
    const rest = await writer.claimEvents(aClaim());

    expect([externalIds(taken), externalIds(rest)]).toEqual([['one'], ['two', 'three']]);
  });

  it('is tried again from what is stored', async () => {
    const store = await storeAt(await testDatabase());
    await queue(store, [aDraft()]);
    const first = await claimDelivery(store);
    await store.settleDeliveries({
      destination: 'segment',
      settlements: [settledAs(first, throttled)],
      observe: (lane) => lane,
    });

    const second = await claimDelivery(store, aClaim({ now: at(3_600_000) }));

    expect(second).toMatchObject({ id: first.id, payload: first.payload, attempts: 1 });
  });
});
