import { describe, expect, it } from 'vitest';
import { senderNames } from '../../src/config/sender.ts';
import { hookstitch } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('hookstitch sources', () => {
  it('lists every sender with how it proves itself and where its secret goes', async () => {
    const { code, out } = await hookstitch(await temporaryFolder({}), ['sources']);
    expect(code).toBe(0);
    for (const name of senderNames) expect(out).toMatch(new RegExp(`^${name} +\\S`, 'm'));
    expect(out).toMatch(
      /^paddle +Paddle Billing +HMAC-SHA256 in paddle-signature, at most 300 s old +PADDLE_WEBHOOK_SECRET$/m,
    );
    expect(out).toMatch(/^paypal +PayPal +a signature by PayPal's certificate +PAYPAL_WEBHOOK_ID$/m);
    expect(out).toMatch(/^mailchimp .* nothing but the secret in the URL/m);
  });

  it('tells of one what to do, what to set and what can be tried', async () => {
    const { code, out } = await hookstitch(await temporaryFolder({}), ['sources', 'shopify']);
    expect(code).toBe(0);
    expect(out).toContain('secret    SHOPIFY_WEBHOOK_SECRET\n');
    expect(out).toContain('<PUBLIC_URL>/in/shopify');
    expect(out).toMatch(/samples +shopify\.orders-paid/);
    expect(out).toContain('hookstitch init --source shopify');
  });

  it('gives the same to programs', async () => {
    const folder = await temporaryFolder({});
    const all = JSON.parse((await hookstitch(folder, ['sources', '--json'])).out) as {
      readonly items: readonly object[];
    };
    expect(all.items).toHaveLength(senderNames.length);
    expect(JSON.parse((await hookstitch(folder, ['sources', 'meta', '--json'])).out)).toMatchObject({
      type: 'meta',
      asks_for_token: true,
      secret_variable: 'META_APP_SECRET',
      path: '/in/meta',
    });
  });

  it('names the sender that was meant, and the way for one that nobody knows', async () => {
    const { code, err } = await hookstitch(await temporaryFolder({}), ['sources', 'padle']);
    expect(code).toBe(2);
    expect(err).toContain('did you mean paddle?');
    expect(err).toContain('type hmac');
  });
});
