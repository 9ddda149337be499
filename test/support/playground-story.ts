import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { openConsole, type TestConsole } from './console.ts';
import { type TestGateway, testGateway } from './gateway.ts';
import { postStripe, stripeBody } from './stripe-sender.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** With a slip of the pen: the body has `customer_email`. */
export const mapping = `version: 1
name: Paid invoices
source: stripe
events: invoice.paid
let:
  invoice: =data.object
event:
  name: Invoice Paid
  user:
    id: =$lowercase($invoice.custmer_email)
  revenue: =$money($invoice.amount_paid, $invoice.currency)
  attributes:
    number: =$invoice.number
destinations:
  usermaven: {}
  segment: { merge: { properties: { order: =$invoice.number } } }
tests:
  - name: whoever pays is the user
    given: { id: evt_1, object: event, type: invoice.paid, created: 1795219200, data: { object: { customer_email: Ada@example.com, amount_paid: 2900, currency: usd, number: A-7 } } }
    expect: { usermaven: { user: { id: ada@example.com } } }
`;
export const mended = mapping.replace('custmer_email', 'customer_email');
const invoice = { customer_email: 'Ada@example.com', amount_paid: 2900, currency: 'usd', number: 'A-7' };

interface PlaygroundStory extends TestConsole {
  readonly gateway: TestGateway;
  readonly folder: string;
  readonly editor: Locator;
  onDisk(name?: string): Promise<string>;
  /** The address of the newest event in the playground. */
  address(): Promise<string>;
  /** Shows personal data as it is. */
  reveal(): Promise<void>;
  /** Writes a text in place of the whole mapping, as from the clipboard. */
  write(text: string): Promise<void>;
}

/** A gateway with one event and a folder with one mapping, and its console in a browser. */
export async function playgroundStory(
  text: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<PlaygroundStory> {
  const folder = await temporaryFolder({ 'paid.yaml': text });
  const gateway = await testGateway({
    destinations: {
      usermaven: {
        type: 'usermaven',
        api_key: 'key-of-usermaven',
        server_token: 'token-of-usermaven',
        url: 'https://127.0.0.1:9',
      },
      segment: { type: 'segment', write_key: 'write-key-of-segment', url: 'https://127.0.0.1:9' },
    },
    mappings: { folder },
    variables,
  });
  await postStripe(gateway.url, stripeBody('evt_paid', 'invoice.paid', invoice));
  const opened = await openConsole(gateway);
  const editor = opened.page.getByRole('textbox', { name: 'Mapping, in YAML' });
  interface Listed {
    readonly items: readonly { readonly id: string; readonly status: string }[];
  }
  const newest = async (): Promise<string> => {
    const { items } = await gateway.get<Listed>('/api/events');
    return items[0]?.id ?? '';
  };
  await expect
    .poll(async () => (await gateway.get<Listed>('/api/events')).items[0]?.status, { timeout: 15_000 })
    .not.toBe('received');
  return {
    ...opened,
    ...{ gateway, folder, editor },
    onDisk: (name = 'paid.yaml') => readFile(join(folder, name), 'utf8'),
    address: async () => `/playground?event=${await newest()}&mapping=paid.yaml`,
    reveal: () => opened.page.getByRole('button', { name: 'Reveal personal data' }).click(),
    write: async (next) => {
      await editor.click();
      await opened.page.keyboard.press('ControlOrMeta+a');
      await opened.page.keyboard.press('Delete');
      await opened.page.keyboard.insertText(next);
    },
  };
}
