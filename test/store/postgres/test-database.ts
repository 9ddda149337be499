import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import { noon } from '../../contracts/store-samples.ts';
import { makeDatabase } from '../../support/postgres/databases.ts';

/** The URL of an empty database, removed after the test. */
export async function testDatabase(server?: string): Promise<string> {
  const { url, remove } = await makeDatabase(server);
  onTestFinished(remove);
  return url;
}

/** A connection beside the store's own, as an operator's shell would have. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** A replica's store, at noon; without a clock of its own where `clock` is null. */
export async function storeAt(url: string, clock: { now(): Date } | null = { now: () => noon }): Promise<Store> {
  const store = await openStore({ dataDir: '', databaseUrl: url, ...(clock !== null && { clock }) });
  onTestFinished(() => store.close());
  return store;
}
