import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { type BusyGateway, busyGateway, quietGateway } from '../support/busy-gateway.ts';
import { openConsole, type TestConsole } from '../support/console.ts';
import { testGateway } from '../support/gateway.ts';

interface View {
  /** Of its pictures. */
  readonly name: string;
  readonly path: string;
  readonly heading: string;
  /** What is there once it has loaded. */
  readonly until: string | RegExp;
}

const busy = ({ paths }: BusyGateway): readonly View[] => [
  { name: 'home', path: '/', heading: 'Home', until: 'To look at' },
  { name: 'events', path: '/events', heading: 'Events', until: 'customer.tax_id.created' },
  { name: 'event-waiting', path: paths.waiting, heading: 'charge.refunded', until: /next try/ },
  { name: 'event-dead', path: paths.dead, heading: 'invoice.paid', until: /properties\.plan is longer/ },
  { name: 'event-failed', path: paths.failed, heading: 'trial_will_end', until: /has no account_id/ },
  { name: 'event-unmatched', path: paths.unmatched, heading: 'customer.tax_id.created', until: /No mapping takes/ },
  {
    ...{ name: 'playground', heading: 'Playground', until: 'event.user.id' },
    path: `/playground?event=${paths.delivered.slice('/events/'.length)}&mapping=stripe-invoice-paid.yaml`,
  },
  { name: 'problems', path: '/problems', heading: 'Problems', until: /has no account_id/ },
  { name: 'problem-dead', path: paths.deadGroup, heading: 'Dead at segment', until: 'Plan a replay' },
  { name: 'problem-failed', path: paths.failedGroup, heading: 'Failed from stripe', until: 'Plan a replay' },
  { name: 'replay', path: paths.replay, heading: 'Replay', until: 'finished' },
  { name: 'sources', path: '/sources', heading: 'Sources', until: /\/in\/stripe/ },
  { name: 'source', path: '/sources/stripe', heading: 'stripe', until: 'missing_signature' },
  { name: 'destinations', path: '/destinations', heading: 'Destinations', until: 'paused' },
  { name: 'destination', path: '/destinations/segment', heading: 'segment', until: /properties\.plan is longer/ },
  { name: 'destination-failing', path: '/destinations/umami', heading: 'umami', until: /ECONNREFUSED/ },
  { name: 'people', path: '/people?identifier=ada%40example.com', heading: 'People', until: /^User / },
  { name: 'settings', path: '/settings', heading: 'Settings', until: 'KEEP_DELIVERED_DAYS' },
];

const empty: readonly View[] = [
  { name: 'home', path: '/', heading: 'Get the first event through', until: 'Send sample' },
  { name: 'events', path: '/events', heading: 'Events', until: 'Nothing has been received yet' },
  { name: 'events-search', path: '/events?q=nothing', heading: 'Events', until: 'No event fits' },
  { name: 'event', path: '/events/evt_nobody', heading: 'Event', until: /no event/ },
  { name: 'playground', path: '/playground', heading: 'Playground', until: 'Save…' },
  { name: 'problems', path: '/problems', heading: 'Problems', until: 'No dead deliveries, no failed events' },
  { name: 'problem-dead', path: '/problems/dead?destination=a&reason=b', heading: 'Dead at a', until: /Nothing/ },
  { name: 'replay', path: '/problems/replays/rpl_nobody', heading: 'Replay', until: /no replay/ },
  { name: 'sources', path: '/sources', heading: 'Sources', until: '/in/stripe' },
  { name: 'source', path: '/sources/nobody', heading: 'nobody', until: 'There is no such source' },
  { name: 'destinations', path: '/destinations', heading: 'Destinations', until: 'No destinations yet' },
  { name: 'destination', path: '/destinations/nobody', heading: 'nobody', until: 'There is no such destination' },
  { name: 'people', path: '/people', heading: 'People', until: 'Look somebody up' },
  { name: 'people-nobody', path: '/people?identifier=nobody', heading: 'People', until: /Nobody is known/ },
  { name: 'settings', path: '/settings', heading: 'Settings', until: 'KEEP_DELIVERED_DAYS' },
  { name: 'nowhere', path: '/nowhere', heading: 'No such page', until: 'Nothing is at this address' },
];

/** Opens every one of them in turn; what axe finds, by name. */
async function look(
  { page, open, violations, shoot }: TestConsole,
  views: readonly View[],
  state: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, path, heading, until } of views) {
    await open(path, heading);
    await page.getByText(until).first().waitFor();
    await expect.poll(() => page.locator('.bone').count(), { timeout: 20_000 }).toBe(0);
    found.push(...(await violations()).map((violation) => `${name}: ${violation}`));
    found.push(...(await cutOff(page)).map((what) => `${name}: ${what} is wider than there is room`));
    await shoot(`${state}-${name}`);
  }
  return found;
}

const wideTables = `[...document.querySelectorAll('.table-scroll')]
  .filter((box) => box.scrollWidth > box.clientWidth)
  .map((box) => 'the table ' + box.querySelector('caption').textContent)`;
const isWidePage = 'document.documentElement.scrollWidth > innerWidth';

/** What somebody would have to move sideways for: a table on a wide screen, the page on a narrow one. */
async function cutOff(page: Page): Promise<readonly string[]> {
  const size = page.viewportSize();
  const tables: readonly string[] = await page.evaluate(wideTables);
  await page.setViewportSize({ width: 375, height: 800 });
  const isWide: boolean = await page.evaluate(isWidePage);
  if (size !== null) await page.setViewportSize(size);
  return isWide ? [...tables, 'the page on a narrow screen'] : tables;
}

/** Dozens of views, and axe twice in each. */
const patience = { timeout: 240_000 };

describeInBrowser('every view', () => {
  it('is without anything in anyone’s way after a working day, in both schemes', patience, async () => {
    const gateway = await busyGateway();
    const opened = await openConsole(gateway.gateway);
    expect(await look(opened, busy(gateway), 'busy')).toEqual([]);
    expect(opened.faults).toEqual([]);
  });

  it('is without anything in anyone’s way where there is nothing to show', patience, async () => {
    const opened = await openConsole(await testGateway({ destinations: {}, mappings: {} }));
    expect(await look(opened, empty, 'empty')).toEqual([]);
    // The browser itself says what was not found.
    expect(opened.faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  });

  it('says what is wrong and offers to ask again where the gateway answers with an error', patience, async () => {
    const opened = await openConsole((await quietGateway()).gateway);
    const json = { error: { code: 'internal', message: 'the store does not answer', hint: 'look into the log' } };
    await opened.page.route(/\/api\/(?!session|stream)/, (route) => route.fulfill({ status: 500, json }));
    const failing = empty.filter(({ name }) => !['nowhere', 'people'].includes(name));
    const views = failing.map((view) => ({ ...view, until: 'the store does not answer' }));
    const renamed = views.map((view) => (view.path === '/' ? { ...view, heading: 'Home' } : view));
    expect(await look(opened, renamed, 'error')).toEqual([]);
  });
});
