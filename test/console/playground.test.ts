import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { mapping, mended, playgroundStory } from '../support/playground-story.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';

/** Longer than CodeMirror takes an Enter for a line's end, for the sake of who was typing when the list opened. */
const openMs = 200;

/** A function, because the page's policy evaluates no text. */
const isOpenFor = new Function(
  'ms',
  `const list = document.querySelector('.cm-tooltip-autocomplete');
  if (list !== globalThis.openList?.list) globalThis.openList = { list, sinceMs: performance.now() };
  return list !== null && performance.now() - globalThis.openList.sinceMs > ms;`,
) as (ms: number) => boolean;

async function takeOffer(page: Page, offer: string, written: string): Promise<void> {
  await page.locator('.cm-tooltip-autocomplete', { hasText: offer }).waitFor();
  await page.waitForFunction(isOpenFor, openMs);
  await page.keyboard.press('Enter');
  await page.locator('.cm-line', { hasText: written }).waitFor();
}

const value = (page: Page, field: string): Locator =>
  page.locator('.tried tr').filter({ hasText: field }).locator('td');

/** A browser, a gateway and its evaluators share two cores with other tests. */
const patience = 120_000;

describeInBrowser('the playground', () => {
  it(
    'shows why an event failed, and its mapping is mended, tested and saved with a diff',
    async () => {
      // What is on disk refuses its own test, so the mapping in force is none: it is loaded without the test first.
      const broken = mapping.slice(0, mapping.indexOf('tests:'));
      const { page, open, shoot, faults, address, write, onDisk, gateway, reveal, violations } =
        await playgroundStory(broken);
      await open(await address(), 'Playground');

      await page.getByText('event.user: has neither id nor anonymous_id').waitFor();
      await page.locator('.ghost', { hasText: 'did you mean "customer_email"?' }).waitFor();
      await shoot('playground-failed');

      await write(mended);
      const user = value(page, 'event.user.id');
      await expect.poll(() => user.textContent(), { timeout: 20_000 }).toBe('a•••@example.com');
      await reveal();
      await expect.poll(() => user.textContent(), { timeout: 20_000 }).toBe('ada@example.com');
      expect(gateway.logged).toContainEqual(expect.objectContaining({ event: 'data.revealed', path: '/api/preview' }));
      await page.locator('.ghost', { hasText: '⟶ ada@example.com' }).waitFor();
      await page.getByRole('tab', { name: 'usermaven valid' }).click();
      await page.getByRole('treeitem').filter({ hasText: 'event_type:"Invoice Paid"' }).waitFor();
      await shoot('playground-mended');
      expect(await violations()).toEqual([]);

      await page.getByRole('button', { name: 'Run tests' }).first().click();
      await page.getByText('whoever pays is the user').waitFor();
      await page.getByRole('tab', { name: 'Tests 1/1' }).waitFor();

      await page.getByRole('button', { name: 'Save…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Save paid.yaml' });
      await dialog.getByRole('row', { name: /removed.*custmer_email/ }).waitFor();
      await dialog.getByRole('row', { name: /added.*id: =.*customer_email/ }).waitFor();
      await shoot('playground-save');
      expect(await violations()).toEqual([]);
      await dialog.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('paid.yaml is saved and takes effect now').last().waitFor();

      expect(await onDisk()).toBe(mended);
      await expect
        .poll(() => gateway.logged.filter(({ event }) => event === 'mapping.loaded').length, { timeout: 15_000 })
        .toBe(2);
      expect(faults).toEqual([]);
    },
    patience,
  );

  it(
    'tells whoever saves over somebody else, shows theirs beside it, and loses neither',
    async () => {
      const { page, open, faults, address, write, onDisk, folder } = await playgroundStory(mended);
      await open(await address(), 'Playground');
      await value(page, 'event.user.id').waitFor();
      await write(mended.replace('Invoice Paid', 'Mine'));
      await page.getByText('not saved', { exact: true }).waitFor();
      const theirs = mended.replace('Paid invoices', 'Theirs');
      await writeFile(join(folder, 'paid.yaml'), theirs);

      await page.getByRole('button', { name: 'Save…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Save paid.yaml' });
      const save = dialog.getByRole('button', { name: 'Save', exact: true });
      await save.click();

      await dialog.getByText('Somebody has saved this file meanwhile').waitFor();
      await dialog.getByRole('row', { name: /removed.*name: Theirs/ }).waitFor();
      expect(await onDisk()).toBe(theirs);
      await save.click();
      await dialog.waitFor({ state: 'detached' });
      expect(await onDisk()).toBe(mended.replace('Invoice Paid', 'Mine'));
      // The browser itself says that the gateway answered 409.
      expect(faults.filter((fault) => !fault.includes('409'))).toEqual([]);
    },
    patience,
  );

  it(
    'does not save what would not take effect, and says what is wrong with it',
    async () => {
      const { page, open, address, write, onDisk } = await playgroundStory(mended);
      await open(await address(), 'Playground');
      await value(page, 'event.user.id').waitFor();
      await write(mended.replace('$lowercase(', '$lowercas('));
      await page.locator('.found').getByText('unknown function $lowercas').waitFor();
      await page.getByText('Of the text before').waitFor();

      await page.getByRole('button', { name: 'Save…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Save paid.yaml' });
      await dialog.getByRole('button', { name: 'Save', exact: true }).click();
      await dialog.getByText('It was not saved, because it would not take effect').waitFor();
      await dialog.getByRole('alert').getByText('did you mean $lowercase?').waitFor();
      expect(await onDisk()).toBe(mended);
    },
    patience,
  );

  it(
    'says why nothing can be saved where editing is off, and tries things out all the same',
    async () => {
      const { page, open, shoot, address, write, onDisk } = await playgroundStory(mended, { EDIT_MAPPINGS: 'false' });
      await open(await address(), 'Playground');
      await page.getByText('EDIT_MAPPINGS is false. What you try here is not saved.').waitFor();
      await write(mended.replace('Invoice Paid', 'Tried'));
      await expect.poll(() => value(page, 'event.name').textContent(), { timeout: 20_000 }).toBe('Tried');
      expect(await page.getByRole('button', { name: 'Save…' }).isDisabled()).toBe(true);
      await shoot('playground-read-only');
      expect(await onDisk()).toBe(mended);
    },
    patience,
  );

  it(
    'links a value of the body, the expression that reads it and the field it becomes, by pointer and by keyboard',
    async () => {
      const { page, open, shoot, address, faults } = await playgroundStory(mended);
      await open(await address(), 'Playground');
      await value(page, 'event.user.id').waitFor();
      await page.getByRole('tab', { name: 'segment valid' }).click();

      const number = page.getByRole('tree', { name: 'body' }).getByRole('treeitem').filter({ hasText: 'number:' });
      await number.hover({ position: { x: 60, y: 8 } });
      await expect.poll(() => page.locator('.editor .linked').allTextContents()).toContain('=$invoice.number');
      const payload = page.getByRole('tree', { name: 'payload for segment' });
      await expect.poll(() => payload.locator('[data-marked]').allTextContents()).toContain('order:"A-7"');
      const readBy = page.getByRole('region', { name: 'Which mappings read this' });
      await readBy.getByText('event.attributes.number').waitFor();
      await shoot('playground-lineage');

      await payload
        .getByRole('treeitem')
        .filter({ hasText: 'order:' })
        .hover({ position: { x: 60, y: 8 } });
      await expect
        .poll(() => page.getByRole('tree', { name: 'body' }).locator('[data-marked]').allTextContents())
        .toContain('number:"A-7"');

      await page.getByRole('tab', { name: 'Values' }).click();
      await page.getByRole('button', { name: 'event.user.id' }).focus();
      await expect
        .poll(() => page.locator('.editor .linked').allTextContents())
        .toContain('=$lowercase($invoice.customer_email)');
      await expect
        .poll(() => page.getByRole('tree', { name: 'body' }).locator('[data-marked]').allTextContents())
        .toContain('customer_email:"A•••@example.com"');
      expect(faults).toEqual([]);
    },
    patience,
  );

  it(
    'keeps what is typed over a reload, and lets Tab out of the text',
    async () => {
      const { page, open, address, write, editor } = await playgroundStory(mended);
      await open(await address(), 'Playground');
      await value(page, 'event.user.id').waitFor();
      await write(mended.replace('Invoice Paid', 'Typed'));
      await page.getByText('not saved', { exact: true }).waitFor();
      page.on('dialog', (dialog) => void dialog.accept());
      await page.reload();
      await page.locator('.cm-line', { hasText: 'name: Typed' }).waitFor();
      await page.getByText('not saved', { exact: true }).waitFor();

      await editor.focus();
      await page.keyboard.press('Tab');
      expect(await page.locator('.cm-focused').count()).toBe(0);
    },
    patience,
  );

  it(
    'writes the path of a value that is chosen, and completes paths, keys and functions',
    async () => {
      const { page, open, address, editor, faults } = await playgroundStory(mended);
      await open(await address(), 'Playground');
      await value(page, 'event.user.id').waitFor();
      await editor.click();
      await page.locator('.cm-line', { hasText: 'number: =$invoice.number' }).first().click();
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.keyboard.insertText('currency:');
      await page
        .getByRole('tree', { name: 'body' })
        .getByRole('treeitem')
        .filter({ hasText: 'currency:' })
        .click({ position: { x: 60, y: 8 } });
      await page.locator('.cm-line', { hasText: 'currency: =data.object.currency' }).waitFor();
      await expect.poll(() => value(page, 'event.attributes.currency').textContent(), { timeout: 20_000 }).toBe('usd');

      await page.keyboard.press('Enter');
      await page.keyboard.type('paid: =$invoice.amo');
      await takeOffer(page, 'amount_paid', 'paid: =$invoice.amount_paid');
      expect(faults).toEqual([]);
    },
    patience,
  );

  it(
    'makes a mapping of an event, and a test of it without personal data',
    async () => {
      const { page, gateway, open, onDisk, faults, folder } = await playgroundStory(mended);
      await postStripe(
        gateway.url,
        stripeBody('evt_new', 'customer.created', { email: 'ada@example.com', name: 'Ada' }),
      );
      const { items } = await gateway.get<{ readonly items: readonly { readonly id: string }[] }>('/api/events');
      await open(`/playground?event=${items[0]?.id}&create=1`, 'Playground');
      await page.getByText('new, not saved').waitFor();
      await page.locator('.cm-line', { hasText: 'events: customer.created' }).waitFor();

      await page.getByRole('button', { name: 'From this event' }).click();
      await page.getByRole('button', { name: 'Make a test' }).click();
      await page
        .getByText(/Kept as fixtures\/stripe.customer.created/)
        .last()
        .waitFor();

      await page.getByRole('button', { name: 'Save…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Save as stripe-customer-created.yaml' });
      await dialog.getByRole('button', { name: 'Save', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await onDisk('stripe-customer-created.yaml')).toContain('given: fixtures/stripe.customer.created.1.json');
      expect(await readFile(join(folder, 'fixtures', 'stripe.customer.created.1.json'), 'utf8')).not.toContain('ada@');
      expect(faults).toEqual([]);
    },
    patience,
  );
});
