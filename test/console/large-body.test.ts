import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { openConsole } from '../support/console.ts';
import { testGateway } from '../support/gateway.ts';

const bytes = 5 * 1024 * 1024;
const levels = 1_000;
const note = 'y'.repeat(100);

/** More than any gateway takes, and as deep as JSON gets by mistake. */
function largeBody(): string {
  const deep = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const items = Array.from({ length: bytes / 128 }, (_, index) => `{"id":${index},"note":"${note}"}`);
  return `{"deep":${deep},"items":[${items.join()}],"last":"the end"}`;
}

/** Megabytes go from one process to another and are drawn, on whatever machine. */
const patience = { timeout: 120_000 };

describeInBrowser('a body of five megabytes and a thousand levels', () => {
  it('answers every key while it is looked through to its end', patience, async () => {
    const gateway = await testGateway({ destinations: {}, mappings: {} });
    await gateway.send('evt_large', 'invoice.paid');
    const { items } = await gateway.get<{ readonly items: readonly { readonly id: string }[] }>('/api/events');
    const { page, open, faults } = await openConsole(gateway);
    const body = largeBody();
    expect(body.length).toBeGreaterThan(bytes);
    await page.route(/\/api\/events\/evt_\w+$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), body } });
    });
    await open(`/events/${items[0]?.id}`, 'invoice.paid');
    const tree = page.getByRole('tree', { name: 'body' });
    await tree.getByText('"the end"').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Open all' }).first().click();
    await tree.focus();
    await page.keyboard.press('End');
    await tree.getByText('"the end"').waitFor();
    expect(await tree.getByRole('treeitem').count()).toBeLessThan(80);
    await page.keyboard.press('Home');
    await tree.locator('[aria-level="2"]', { hasText: 'deep' }).waitFor();

    await page.getByRole('tab', { name: 'Raw' }).click();
    await page.getByText('{"deep":').first().waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();
    expect(faults).toEqual([]);
  });
});
