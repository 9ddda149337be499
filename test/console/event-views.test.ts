import { expect, it, vi } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { openConsole, type TestConsole } from '../support/console.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';

const mapping = `version: 1
name: Everything
source: stripe
events: invoice.*
event:
  name: Happened
  user: { id: =data.object.customer, email: =data.object.email }
  attributes: { amount: =data.object.amount_paid, nothing: =data.object.amount_pad }
stitch: [email]
destinations: [debug, segment]
`;

interface Story extends TestConsole {
  readonly gateway: TestGateway;
}

/** One destination takes what it gets, and nobody listens at the other's address. */
async function story(): Promise<Story> {
  const segment = { type: 'segment', url: 'http://127.0.0.1:9', write_key: 'a-write-key', allow_private_address: true };
  const gateway = await testGateway({
    destinations: { debug: { type: 'console' }, segment },
    mappings: { 'all.yaml': mapping },
  });
  return { ...(await openConsole(gateway)), gateway };
}

const send = (gateway: TestGateway, id: string, fields: Parameters<typeof stripeBody>[2]): Promise<number> =>
  postStripe(gateway.url, stripeBody(id, 'invoice.paid', fields));

/** A browser, a gateway, axe in two schemes: more than other tests, on whatever machine. */
const patience = { timeout: 120_000 };

describeInBrowser('events in the console', () => {
  it('lead through the first steps without anything in anyone’s way', patience, async () => {
    const { page, open, shoot, violations, faults } = await story();
    await open('/', 'Get the first event through');
    await page.getByRole('button', { name: 'Send sample' }).waitFor();
    expect(await violations()).toEqual([]);
    await shoot('home-first-run');
    await page.getByRole('button', { name: 'Send sample' }).click();
    await page.getByText('debug delivered').waitFor();
    expect(await violations()).toEqual([]);
    await shoot('home-first-sample');
    await page.getByRole('button', { name: 'Go on to the overview' }).click();
    await page.getByRole('heading', { name: 'To look at' }).waitFor();
    expect(await violations()).toEqual([]);
    await shoot('home');
    expect(faults).toEqual([]);
  });

  it('are told with their trouble, and each with its whole way', patience, async () => {
    const { page, gateway, open, shoot, violations, faults } = await story();
    await send(gateway, 'evt_paid', { amount_paid: 2900, email: 'ada@example.com' });
    await gateway.send('evt_unmatched', 'charge.refunded');
    await open('/events', 'Events');
    await page.getByText('segment pending').waitFor();
    await page.getByText('unmatched', { exact: true }).last().waitFor();
    expect(await violations()).toEqual([]);
    await shoot('events');

    await page.getByRole('link', { name: 'invoice.paid' }).click();
    await page.getByText('=data.object.amount_paid').waitFor();
    await page.locator('summary', { hasText: 'segment' }).click();
    await page.getByText('next try').waitFor();
    await page.getByRole('tab', { name: 'Attempts' }).waitFor();
    expect(await violations()).toEqual([]);
    await shoot('event');
    await page.getByRole('tab', { name: 'Request' }).click();
    await page.getByText('http://127.0.0.1:9/v1/track').waitFor();
    expect(faults).toEqual([]);
  });

  it('hide personal data until somebody asks for it, which is written down', patience, async () => {
    const { page, gateway, open } = await story();
    await send(gateway, 'evt_ada', { amount_paid: 1, email: 'ada@example.com' });
    const { items } = await gateway.get<{ items: { id: string }[] }>('/api/events');
    await open(`/events/${items[0]?.id}`, 'invoice.paid');
    await page.getByText('=data.object.email').waitFor();
    expect(await page.getByText('ada@example.com').count()).toBe(0);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('ada@example.com').first().waitFor();
    expect(gateway.logged.some(({ event }) => event === 'data.revealed')).toBe(true);
  });

  it('are replayed after a look at what that does, and a delivery is given up', patience, async () => {
    const { page, gateway, open, shoot, violations } = await story();
    await send(gateway, 'evt_paid', { amount_paid: 2900 });
    const { items } = await gateway.get<{ items: { id: string }[] }>('/api/events');
    await open(`/events/${items[0]?.id}`, 'invoice.paid');
    const towards = (status: string) => page.locator('summary', { hasText: 'segment' }).filter({ hasText: status });
    await towards('pending').click();
    await page.getByRole('button', { name: 'Give up' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Give up' }).click();
    await towards('cancelled').waitFor();

    await page.keyboard.press('r');
    await page.getByText('left alone: delivered already').waitFor();
    expect(await violations()).toEqual([]);
    await shoot('event-replay');
    await page.getByRole('button', { name: 'Replay and send 1 payload' }).click();
    await vi.waitFor(async () => expect(await page.locator('summary', { hasText: 'segment' }).count()).toBe(2), {
      timeout: 20_000,
    });
    await page.getByText('replayed', { exact: true }).waitFor();
  });

  it('stay usable with a body of a megabyte and of a thousand levels, whatever stands in it', patience, async () => {
    const { page, gateway, open, faults } = await story();
    const script = '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>';
    const items = Array.from({ length: 6_000 }, (_, index) => ({ id: index, note: `${script}${'y'.repeat(8)}` }));
    expect(await send(gateway, 'evt_large', { amount_paid: 1, [script]: script, items })).toBe(200);
    const deep = `${'['.repeat(1_000)}${']'.repeat(1_000)}`;
    expect(await postStripe(gateway.url, `{"id":"evt_deep","type":"invoice.paid","data":${deep}}`)).toBe(200);
    await open('/events', 'Events');
    await vi.waitFor(async () => expect(await page.locator('tbody tr').count()).toBe(2), { timeout: 20_000 });

    await page.locator('tbody tr').last().getByRole('link').click();
    await page.getByRole('button', { name: 'Open all' }).first().click();
    await page.getByRole('tree').first().focus();
    await page.keyboard.press('End');
    await page.getByText('onerror').first().waitFor();
    expect(await page.getByRole('treeitem').count()).toBeLessThan(80);

    await open('/events', 'Events');
    await page.locator('tbody tr').first().getByRole('link').click();
    // So deep nothing is looked through for personal data: it is hidden as a whole.
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('Personal data is shown.').waitFor();
    await page.getByRole('button', { name: 'Open all' }).first().click();
    await page.getByRole('tree').first().focus();
    await page.keyboard.press('End');
    await page.locator('[aria-level="1001"]').waitFor();
    expect(await page.title()).not.toContain('taken');
    expect(faults).toEqual([]);
  });
});
