import { afterEach, expect, it, vi } from 'vitest';
import { startStandIn } from '../../src/demo/stand-ins/index.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { describeOnPostgres, makeDatabase, type TestDatabase } from '../support/postgres/databases.ts';

const writeKey = 'write-key';
const mapping = `version: 1
name: everything
source: stripe
event:
  name: Happened
  id: =id
  user: { id: =data.object.customer }
destinations: [segment]
`;

let database: TestDatabase | undefined;
let standIn: StandIn | undefined;
afterEach(async () => {
  await standIn?.close();
  await database?.remove();
  [standIn, database] = [undefined, undefined];
});

async function replica(): Promise<TestGateway> {
  database ??= await makeDatabase();
  standIn ??= await startStandIn('segment', { writeKey });
  const segment = { type: 'segment', url: standIn.url, write_key: writeKey, allow_private_address: true };
  return testGateway({ destinations: { segment }, mappings: { 'all.yaml': mapping }, databaseUrl: database.url });
}

const delivered = async (gateway: TestGateway): Promise<number> =>
  (await gateway.get<{ deliveries: { delivered: number } }>('/api/stats')).deliveries.delivered;

describeOnPostgres('two replicas on PostgreSQL', () => {
  it('deliver what either of them received, each event once', async () => {
    const [one, other] = [await replica(), await replica()];
    const ids = Array.from({ length: 40 }, (_, n) => `evt_${n}`);

    const answers = await Promise.all(ids.map((id, n) => (n % 2 === 0 ? one : other).send(id)));
    expect(new Set(answers)).toEqual(new Set([200]));
    await Promise.all(ids.map((id, n) => (n % 2 === 0 ? other : one).send(id)));

    await vi.waitFor(async () => expect(await delivered(other)).toBe(40), { timeout: 20_000, interval: 50 });
    expect(await delivered(one)).toBe(40);
    const sent = standIn?.received.flatMap(({ items }) => items.map(({ dedupeId }) => dedupeId));
    expect(new Set(sent).size).toBe(40);
    expect(sent).toHaveLength(40);
  });

  it('go on with what one of them left when it stopped', async () => {
    const one = await replica();
    expect(await one.send('evt_left')).toBe(200);
    await one.halt();
    const other = await replica();

    await vi.waitFor(async () => expect(await delivered(other)).toBe(1), { timeout: 20_000, interval: 50 });
  });
});
