import type { Locator, Page } from 'playwright-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { openConsole } from '../support/console.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const mapping = `version: 1
name: Everything
source: stripe
event:
  name: Happened
  user: { id: =data.object.customer }
  attributes: { amount: =data.object.amount_paid, nothing: =data.object.amount_pad }
destinations: [debug]
`;
const password = 'correct horse battery staple';

/** A browser or two, and a gateway: more than other tests, on whatever machine. */
const patience = { timeout: 120_000 };

const gateway = (): Promise<TestGateway> =>
  testGateway({ destinations: { debug: { type: 'console' } }, mappings: { 'all.yaml': mapping } });

/** A browser that nobody is logged in with. */
async function stranger({ adminUrl }: TestGateway): Promise<Page> {
  const browser = await launchBrowser(Number(new URL(adminUrl).port));
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  return context.newPage();
}

const heading = (page: Page, name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();
/** Not the heading, which stands there while the gateway is asked, too. */
const overview = (page: Page): Promise<void> => page.getByText('How the last 24 hours went.').waitFor();
const inMenu = (page: Page, name: string): Locator =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name });
const pathOf = (page: Page): string => new URL(page.url()).pathname + new URL(page.url()).search;

async function setPassword(page: Page, { setupUrl }: TestGateway): Promise<void> {
  await page.goto(setupUrl ?? expect.fail('the gateway asks for no password'));
  await page.getByLabel('New password').fill(password);
  await page.getByLabel('The same again').fill(password);
  await page.getByRole('button', { name: 'Set the password' }).click();
}

async function logIn(page: Page, text: string): Promise<void> {
  await page.getByLabel('Password').fill(text);
  await page.getByRole('button', { name: 'Log in' }).click();
}

describeInBrowser('the first hour with the console', () => {
  it('leads from the link in the log to the first delivered sample', patience, async () => {
    const running = await gateway();
    const page = await stranger(running);
    await setPassword(page, running);
    await heading(page, 'Get the first event through');
    expect(pathOf(page)).toBe('/');
    await page.getByText('/in/stripe', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Send sample' }).click();
    await page.getByText('debug delivered').waitFor();
    await page.getByRole('link', { name: 'invoice.paid' }).click();

    await heading(page, 'invoice.paid');
    await page.getByText('=data.object.amount_paid').waitFor();
    await page.getByText('amount_pad').first().waitFor();
    await page.locator('.delivery').getByText('delivered', { exact: true }).waitFor();

    await inMenu(page, 'Home').click();
    await overview(page);
    expect(running.shown).toHaveLength(1);
  });

  it('goes on to the overview when it is told to, and shows it to whoever comes back', patience, async () => {
    const running = await gateway();
    const { page, open } = await openConsole(running);
    await open('/', 'Get the first event through');
    const left = await page.context().newPage();
    await left.goto(running.adminUrl);
    await heading(left, 'Get the first event through');
    await inMenu(left, 'Events').click();
    await heading(left, 'Events');

    await running.send('evt_1', 'invoice.paid');
    await page.getByRole('button', { name: 'Go on to the overview' }).waitFor();
    await heading(page, 'Get the first event through');
    await page.getByRole('button', { name: 'Go on to the overview' }).click();
    await overview(page);

    await inMenu(left, 'Home').click();
    await overview(left);
  });

  it('keeps the token of the link out of the address, and refuses the link when it was used', patience, async () => {
    const running = await gateway();
    const page = await stranger(running);
    await page.goto(running.setupUrl ?? expect.fail('the gateway asks for no password'));
    await heading(page, 'Set your password');
    expect(pathOf(page)).toBe('/setup');
    await setPassword(page, running);
    await heading(page, 'Get the first event through');

    const other = await stranger(running);
    await setPassword(other, running);
    await other.getByRole('alert').waitFor();
    await heading(other, 'Set your password');
  });

  it('refuses a wrong password, and shows what was wanted after the right one', patience, async () => {
    const running = await gateway();
    await openConsole(running);
    const page = await stranger(running);
    await page.goto(`${running.adminUrl}/events?source=stripe`);
    await heading(page, 'Log in');
    await logIn(page, 'not the password at all');
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');

    await logIn(page, password);
    await heading(page, 'Events');
    expect(pathOf(page)).toBe('/events?source=stripe');
  });

  it('asks for the password again when the session has ended, and goes on where it was', patience, async () => {
    const running = await gateway();
    const { page, open } = await openConsole(running);
    await open('/events', 'Events');
    await page.getByRole('button', { name: 'failed' }).click();
    await page.waitForURL('**/events?status=failed');
    await page.context().clearCookies();
    await page.reload();
    await heading(page, 'Log in');
    await logIn(page, password);
    await heading(page, 'Events');
    expect(pathOf(page)).toBe('/events?status=failed');
  });

  it('logs out', patience, async () => {
    const { page, open } = await openConsole(await gateway());
    await open('/events', 'Events');
    await page.getByRole('button', { name: 'Log out' }).click();
    await heading(page, 'Log in');
    await page.reload();
    await heading(page, 'Log in');
  });
});

describeInBrowser('the list of events', () => {
  it('holds new ones back until they are asked for, and moves nothing meanwhile', patience, async () => {
    const running = await gateway();
    await running.send('evt_1', 'invoice.paid');
    const { page, open, shoot, faults } = await openConsole(running);
    await open('/events', 'Events');
    const rows = page.locator('tbody tr');
    await page.getByRole('link', { name: 'invoice.paid' }).waitFor();

    await running.send('evt_2', 'charge.refunded');
    await page.getByRole('button', { name: '1 new – show' }).waitFor();
    expect(await rows.count()).toBe(1);
    await shoot('events-new');
    await page.getByRole('button', { name: '1 new – show' }).click();
    await page.getByRole('link', { name: 'charge.refunded' }).waitFor();
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringContaining('charge.refunded'),
      expect.stringContaining('invoice.paid'),
    ]);
    expect(faults).toEqual([]);
  });

  it(
    'is moved through, opened and left by the keyboard alone, and not where that is switched off',
    patience,
    async () => {
      const running = await gateway();
      for (const type of ['invoice.paid', 'charge.refunded', 'customer.created'])
        await running.send(`evt_${type}`, type);
      const { page, open } = await openConsole(running);
      await open('/events', 'Events');
      await page.getByRole('link', { name: 'invoice.paid' }).waitFor();
      const focused = (): Promise<string> => page.locator(':focus').innerText();
      await page.keyboard.press('j');
      expect(await focused()).toBe('customer.created');
      await page.keyboard.press('j');
      await page.keyboard.press('ArrowDown');
      expect(await focused()).toBe('invoice.paid');
      await page.keyboard.press('k');
      await page.keyboard.press('Enter');
      await heading(page, 'charge.refunded');
      await page.keyboard.press('g');
      await page.keyboard.press('e');
      await heading(page, 'Events');

      await page.keyboard.press('?');
      await page.getByLabel('Single keys do something').uncheck();
      await page.keyboard.press('Escape');
      await page.keyboard.press('g');
      await page.keyboard.press('h');
      await page.keyboard.press('j');
      expect(pathOf(page)).toBe('/events');
      expect(await page.locator('.row-link:focus').count()).toBe(0);
    },
  );

  it('finds by text of the body, and keeps the search in the address', patience, async () => {
    const running = await gateway();
    await running.send('evt_needle', 'invoice.paid');
    await running.send('evt_other', 'charge.refunded');
    const { page, open } = await openConsole(running);
    await open('/events', 'Events');
    await page.getByRole('searchbox').fill('evt_needle');
    await vi.waitFor(() => expect(pathOf(page)).toBe('/events?q=evt_needle'), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await page.locator('tbody tr').count()).toBe(1), { timeout: 10_000 });
    await page.getByRole('button', { name: 'Clear' }).click();
    await vi.waitFor(async () => expect(await page.locator('tbody tr').count()).toBe(2), { timeout: 10_000 });
  });
});
