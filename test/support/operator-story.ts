import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { openConsole, type TestConsole } from './console.ts';
import { type TestGateway, testGateway } from './gateway.ts';
import { particularDestination, type Taken } from './particular-destination.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The one mapping of the gateway, which sends `amount` on. */
export const mapping = (amount: string): string => `version: 1
name: everything
source: stripe
event:
  name: Happened
  id: =id
  user: { id: =data.object.customer, email: =data.object.email }
  attributes: { event: =id, amount: "${amount}" }
stitch: [email]
destinations: [segment]
`;

export interface OperatorStory extends TestConsole {
  readonly gateway: TestGateway;
  readonly taken: readonly Taken[];
  /** Saves the mapping and waits until it is in force, or refused. */
  save(text: string, until?: 'mapping.loaded' | 'mapping.refused'): Promise<void>;
}

/** A gateway with a destination that wants numbers, and its console in a browser. */
export async function operatorStory(text: string): Promise<OperatorStory> {
  const { url, taken } = await particularDestination();
  const segment = { type: 'segment', url, write_key: 'write-key-of-many-characters', allow_private_address: true };
  const folder = await temporaryFolder({ 'all.yaml': text });
  const gateway = await testGateway({ destinations: { segment }, mappings: { folder } });
  const save: OperatorStory['save'] = async (later, until = 'mapping.loaded') => {
    const loads = () => gateway.logged.filter(({ event }) => event === until).length;
    const before = loads();
    await writeFile(join(folder, 'all.yaml'), later);
    await vi.waitFor(() => expect(loads()).toBeGreaterThan(before), { timeout: 10_000, interval: 20 });
  };
  return { ...(await openConsole(gateway)), gateway, taken, save };
}

export const deliveriesAre = (gateway: TestGateway, expected: object): Promise<void> =>
  vi.waitFor(async () => expect(await gateway.get('/api/stats')).toMatchObject({ deliveries: expected }), {
    timeout: 10_000,
    interval: 20,
  });
