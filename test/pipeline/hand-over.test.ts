import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/model/clock.ts';
import { HandOver } from '../../src/pipeline/hand-over.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { aClaim, anEvent, aRequest, leaseMs } from '../contracts/store-samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function handOver(): Promise<{ readonly store: Store; readonly handOver: HandOver }> {
  const store = await openStore({ dataDir: await temporaryFolder(), clock: systemClock });
  onTestFinished(() => store.close());
  return { store, handOver: new HandOver({ store, worker: 'wrk_one', leaseMs }) };
}

const requestOf = (externalIds: readonly string[]) =>
  aRequest({ events: externalIds.map((externalId) => anEvent({ externalId })) });

const some = (count: number, name: string): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${name}_${n}`);

const idsOf = (events: readonly { readonly externalId: string }[]) => events.map(({ externalId }) => externalId);

it('events are handed over in the order in which they are recorded, whole requests at a time', async () => {
  const { store, handOver: over } = await handOver();
  over.open();
  const requests = [some(2, 'a'), some(3, 'b'), some(1, 'c')];
  await Promise.all(requests.map((ids) => over.record(requestOf(ids))));

  expect(idsOf(over.take(4))).toEqual(some(2, 'a'));
  expect(idsOf(over.take(4))).toEqual([...some(3, 'b'), ...some(1, 'c')]);
  expect(over.take(4)).toEqual([]);
  expect(await store.claimEvents(aClaim())).toEqual([]);
});

it('one request with more events than are wanted is taken alone and whole', async () => {
  const { handOver: over } = await handOver();
  over.open();
  await over.record(requestOf(some(5, 'a')));
  await over.record(requestOf(some(1, 'b')));

  expect(idsOf(over.take(3))).toEqual(some(5, 'a'));
});

it('while nobody takes them, before it is opened and once it is closed, events wait in line', async () => {
  const { store, handOver: over } = await handOver();
  await over.record(requestOf(['before']));
  over.open();
  over.close();
  await over.record(requestOf(['after']));

  expect(over.take(10)).toEqual([]);
  expect(idsOf(await store.claimEvents(aClaim()))).toEqual(['before', 'after']);
});

it('what is on its way when it is closed waits in line, behind what is given back there', async () => {
  const { store, handOver: over } = await handOver();
  over.open();
  const recorded = over.record(requestOf(['on its way']));
  over.close();
  await recorded;

  expect(over.take(10)).toEqual([]);
  expect(idsOf(await store.claimEvents(aClaim()))).toEqual(['on its way']);
});

it('beyond four hundred events, or two megabytes of bodies, they wait in line', async () => {
  const { store, handOver: over } = await handOver();
  over.open();
  await over.record(requestOf(some(400, 'a')));
  await over.record(requestOf(['b']));
  expect(over.take(1_000)).toHaveLength(400);
  expect(idsOf(await store.claimEvents(aClaim()))).toEqual(['b']);

  await over.record({ ...requestOf(['c']), body: Buffer.alloc(2_000_001, ' ') });
  expect(over.take(1_000)).toEqual([]);
});

it('what is known already, or not recorded, takes nobody’s place', async () => {
  const { store, handOver: over } = await handOver();
  over.open();
  await over.record(requestOf(some(400, 'a')));
  over.take(1_000);
  expect(await over.record(requestOf(some(400, 'a')))).toEqual({ accepted: 0, duplicates: 400 });
  await over.record(requestOf(some(400, 'b')));
  expect(over.take(1_000)).toHaveLength(400);

  await store.close();
  await expect(over.record(requestOf(some(400, 'c')))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(over.record(requestOf(some(400, 'c')))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
