import type { Page, Route } from 'playwright-core';
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

const pathIs =
  (path: string) =>
  (url: URL): boolean =>
    url.pathname === path;

/** How often the page has asked for this path. */
function asked(page: Page, path: string): () => number {
  let times = 0;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === path) times += 1;
  });
  return () => times;
}

const eventually = (holds: () => void | Promise<void>): Promise<void> => vi.waitFor(holds, { timeout: 30_000 });

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
    await eventually(async () =>
      expect(await running.get('/api/stats')).toMatchObject({ deliveries: { delivered: 1 } }),
    );

    delivered.resolve();
    await page.getByRole('button', { name: 'Go on to the overview' }).waitFor();
  });

  it('shows what it is answered, however much has changed before it was', patience, async () => {
    const running = await gateway();
    const { page, open } = await openConsole(running);
    const told = asked(page, '/api/sources');
    await open('/', 'Get the first event through');
    const held: Route[] = [];
    await page.route(pathIs('/api/stats'), (route) => void held.push(route));
    await running.send('evt_1');
    await eventually(() => expect(held).toHaveLength(1));
    for (const id of ['evt_2', 'evt_3', 'evt_4']) {
      const before = told();
      await running.send(id);
      await eventually(() => expect(told()).toBeGreaterThan(before));
    }

    await held[0]?.continue();
    await page.getByRole('button', { name: 'Go on to the overview' }).waitFor();
    await eventually(() => expect(held).toHaveLength(2));
  });

  it('lists what came while the list was asked for', patience, async () => {
    const running = await gateway();
    await running.send('evt_1', 'invoice.paid');
    const { page, open } = await openConsole(running);
    const told = asked(page, '/api/events/counts');
    const sent = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    await page.route(
      pathIs('/api/events'),
      async (route) => {
        const response = await route.fetch();
        answered.resolve();
        await sent.promise;
        await route.fulfill({ response });
      },
      { times: 1 },
    );
    await open('/events', 'Events');
    await answered.promise;
    for (const id of ['evt_2', 'evt_3']) {
      const before = told();
      await running.send(id, 'charge.refunded');
      await eventually(() => expect(told()).toBeGreaterThan(before));
    }

    sent.resolve();
    await page.getByRole('button', { name: '2 new – show' }).waitFor();
  });

  it('goes on where something else has answered in the place of the gateway', patience, async () => {
    const running = await gateway();
    await running.send('evt_1', 'invoice.paid');
    const { page, open } = await openConsole(running);
    await page.route(
      pathIs('/api/events'),
      (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Log in</h1>' }),
      { times: 1 },
    );
    await open('/events', 'Events');
    await page.getByRole('heading', { name: 'what answered is not the gateway' }).waitFor();
    await running.send('evt_2', 'charge.refunded');
    await page.getByRole('link', { name: 'charge.refunded' }).first().waitFor();
  });
});
