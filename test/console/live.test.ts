import { expect, it, vi } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { openConsole } from '../support/console.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const mapping = `version: 1
name: Everything
source: stripe
event: { name: Happened, user: { id: =data.object.customer } }
destinations: [debug]
`;

/** A browser and a gateway: more than other tests, on whatever machine. */
const patience = { timeout: 120_000 };

const gateway = (): Promise<TestGateway> =>
  testGateway({ destinations: { debug: { type: 'console' } }, mappings: { 'all.yaml': mapping } });

describeInBrowser('a view that is kept up to date', () => {
  it('misses nothing of what happens between its first look and the stream', patience, async () => {
    const running = await gateway();
    const { page, open } = await openConsole(running);
    const delivered = Promise.withResolvers<void>();
    await page.route('**/api/stream', async (route) => {
      await delivered.promise;
      await route.continue();
    });
    await open('/', 'Get the first event through');
    await running.send('evt_1');
    await vi.waitFor(() => expect(running.shown).toHaveLength(1), { timeout: 30_000 });
    await vi.waitFor(async () =>
      expect(await running.get('/api/stats')).toMatchObject({ deliveries: { delivered: 1 } }),
    );

    delivered.resolve();
    await page.getByRole('button', { name: 'Go on to the overview' }).waitFor();
  });
});
