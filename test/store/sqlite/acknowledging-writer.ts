/** A program to be killed: stores requests as fast as it can and prints each external id once it is acknowledged. */
import { writeSync } from 'node:fs';
import { systemClock } from '../../../src/model/clock.ts';
import { openStore } from '../../../src/store/open.ts';

const [dataDir = ''] = process.argv.slice(2);
const store = await openStore({ dataDir });

let written = 0;

async function writeForEver(): Promise<never> {
  for (;;) {
    written += 1;
    const externalId = `evt_${written}`;
    const receivedAt = systemClock.now();
    await store.recordRequest({
      source: 'stripe',
      kind: null,
      method: 'POST',
      url: 'https://hooks.example.com/in/stripe',
      headers: {},
      body: Buffer.alloc(3_500, externalId),
      receivedAt,
      events: [{ type: 'invoice.paid', externalId, occurredAt: receivedAt, item: null }],
    });
    // Straight to the pipe: a buffered line would be lost with the process.
    writeSync(1, `${externalId}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, writeForEver));
