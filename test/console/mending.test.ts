import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { openConsole, type TestConsole } from '../support/console.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { particularDestination, type Taken } from '../support/particular-destination.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What the sender writes as text goes out as text, and the destination wants a number. */
const mapping = `version: 1
name: Paid invoices
source: stripe
events: invoice.paid
destinations: [segment]
event:
  name: Invoice Paid
  id: =id
  user: { id: =data.object.customer }
  attributes:
    event: =id
    amount: =data.object.total
`;
const mendedLine = 'amount: =$number(data.object.total)';
const complaint = 'properties.amount is not a number';

interface Story extends TestConsole {
  readonly gateway: TestGateway;
  readonly taken: readonly Taken[];
  heading(name: string): Promise<void>;
  onDisk(): Promise<string>;
}

/** Three events have died at a destination, and nobody has looked yet. */
async function story(): Promise<Story> {
  const { url, taken } = await particularDestination(complaint);
  const segment = { type: 'segment', url, write_key: 'write-key-of-many-characters', allow_private_address: true };
  const folder = await temporaryFolder({ 'paid.yaml': mapping });
  const gateway = await testGateway({ destinations: { segment }, mappings: { folder } });
  for (const id of ['evt_1', 'evt_2', 'evt_3'])
    await postStripe(gateway.url, stripeBody(id, 'invoice.paid', { total: '29.00' }));
  await expect
    .poll(() => gateway.get('/api/stats'), { timeout: 15_000 })
    .toMatchObject({ deliveries: { dead: 3, pending: 0, in_flight: 0 } });
  const opened = await openConsole(gateway);
  const heading = (name: string): Promise<void> =>
    opened.page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  return { ...opened, gateway, taken, heading, onDisk: () => readFile(join(folder, 'paid.yaml'), 'utf8') };
}

/** A browser, a gateway and its evaluators share two cores with other tests. */
const patience = { timeout: 120_000 };

describeInBrowser('events that died at a destination', () => {
  it('are found, understood, mended in the playground, replayed together and seen delivered', patience, async () => {
    const { page, open, heading, shoot, taken, faults, onDisk } = await story();
    await open('/events', 'Events');
    await page.getByRole('button', { name: 'with a dead delivery 3' }).click();
    await page.getByRole('link', { name: 'invoice.paid' }).first().click();
    await heading('invoice.paid');
    await page.locator('.delivery').getByText(complaint).first().waitFor();
    await page.getByText('=data.object.total').waitFor();

    await page.getByRole('link', { name: 'Open in playground' }).click();
    await heading('Playground');
    await page.locator('.ghost', { hasText: '⟶ 29.00' }).waitFor();
    await page.locator('.cm-line', { hasText: 'amount: =data.object.total' }).click();
    await page.keyboard.press('End');
    await page.keyboard.press('Shift+Home');
    await page.keyboard.insertText(mendedLine);
    await page.locator('.ghost', { hasText: /⟶ 29$/ }).waitFor();
    await page.getByRole('tab', { name: 'segment valid' }).click();
    await page.getByRole('treeitem').filter({ hasText: 'amount:29' }).waitFor();

    await page.getByRole('button', { name: 'Save…' }).click();
    const saving = page.getByRole('dialog', { name: 'Save paid.yaml' });
    await saving.getByRole('row', { name: /removed.*amount: =data/ }).waitFor();
    await saving.getByRole('row', { name: /added.*amount: =\$number/ }).waitFor();
    await saving.getByRole('button', { name: 'Save', exact: true }).click();
    await saving.waitFor({ state: 'detached' });
    expect(await onDisk()).toContain(mendedLine);

    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Problems' }).click();
    await page.getByRole('row', { name: 'segment' }).getByRole('link').click();
    await heading('Dead at segment');
    await page.getByRole('button', { name: 'Plan a replay' }).click();
    const plan = page.getByRole('dialog', { name: 'Plan of the replay' });
    await plan.getByText('3 payloads would differ from what was sent').waitFor();
    expect(taken).toEqual([]);
    await plan.getByRole('button', { name: 'Replay 3 events' }).click();
    await heading('Replay');
    await page.getByText('what was made has been delivered').waitFor();
    expect(taken.map(({ amount }) => amount)).toEqual([29, 29, 29]);

    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Events' }).click();
    await page.getByRole('link', { name: 'invoice.paid' }).first().click();
    await page.locator('summary', { hasText: 'delivered' }).filter({ hasText: 'replayed' }).waitFor();
    await shoot('event-replayed');
    expect(faults).toEqual([]);
  });

  it('are brought to their destination with the keyboard alone', patience, async () => {
    const { page, open, heading, taken, faults, onDisk } = await story();
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = (): Promise<string> => page.evaluate(`document.activeElement.${nameOfFocused}`);
    /** As often as it takes, and that has an end. */
    const tabTo = async (name: string): Promise<void> => {
      for (let tabs = 0; tabs < 60 && (await focused()) !== name; tabs += 1) await press('Tab');
      expect(await focused()).toBe(name);
    };
    await open('/', 'Get the first event through');
    await press('g', 'e');
    await heading('Events');
    await page.getByRole('row', { name: 'invoice.paid' }).first().waitFor();
    await press('j', 'Enter');
    await heading('invoice.paid');
    await page.locator('.delivery').getByText(complaint).first().waitFor();

    await press('o');
    await heading('Playground');
    await page.locator('.ghost', { hasText: '⟶ 29.00' }).waitFor();
    await tabTo('Mapping, in YAML');
    await press('ControlOrMeta+End', 'ArrowUp', 'End', 'Shift+Home');
    await page.keyboard.type(mendedLine);
    await page.locator('.ghost', { hasText: /⟶ 29$/ }).waitFor();
    await press('Escape', 'Tab', 's');
    const saving = page.getByRole('dialog', { name: 'Save paid.yaml' });
    await saving.getByRole('row', { name: /added.*amount: =\$number/ }).waitFor();
    await tabTo('Save');
    await press('Enter');
    await saving.waitFor({ state: 'detached' });
    expect(await onDisk()).toContain(mendedLine);

    await press('g', 'p');
    await heading('Problems');
    await page.getByRole('row', { name: 'segment' }).waitFor();
    await press('j', 'Enter');
    await heading('Dead at segment');
    await page.getByRole('button', { name: 'Plan a replay' }).waitFor();
    await tabTo('Plan a replay');
    await press('Enter');
    await page.getByRole('button', { name: 'Replay 3 events' }).waitFor();
    await tabTo('Replay 3 events');
    await press('Enter');
    await heading('Replay');
    await page.getByText('what was made has been delivered').waitFor();
    expect(taken).toHaveLength(3);

    await press('g', 'e');
    await page.getByRole('row', { name: 'invoice.paid' }).first().waitFor();
    await press('j', 'Enter');
    await page.locator('summary', { hasText: 'delivered' }).filter({ hasText: 'replayed' }).waitFor();
    expect(faults).toEqual([]);
  });
});

const nameOfFocused = "getAttribute('aria-label') ?? document.activeElement.textContent.trim()";
