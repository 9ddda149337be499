import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { readGatewayFile } from '../../src/config/gateway-file.ts';
import { senderNames } from '../../src/config/sender.ts';
import { genericNames } from '../../src/sources/coded.ts';
import { sourceNamed } from '../../src/sources/index.ts';
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

  it('tells of what could be changed in a signed request, and how to go by what is signed', async () => {
    const folder = await temporaryFolder({});
    const { out } = await hookstitch(folder, ['sources', 'github']);
    expect(out).toContain(
      '! The signature does not cover x-github-delivery and x-github-event: whoever gets hold of a signed request can send it again as another event.',
    );
    expect(out).toContain('event_id: =[$headers.`x-github-event`, $]');
    expect((await hookstitch(folder, ['sources', 'paddle'])).out).not.toContain('does not cover');
    expect(JSON.parse((await hookstitch(folder, ['sources', 'github', '--json'])).out)).toMatchObject({
      unsigned_headers: ['x-github-delivery', 'x-github-event'],
    });
  });

  it.each(genericNames)('has an entry of gateway.yaml to begin with for %s, which is valid', async (name) => {
    const { code, out } = await hookstitch(await temporaryFolder({}), ['sources', name]);
    expect(code).toBe(0);
    const entry = /^ {2}sources:\n(?: {4}.*\n)+/m.exec(out)?.[0] ?? '';
    const { problems, sources } = readGatewayFile('gateway.yaml', `version: 1\n${entry.replaceAll(/^ {2}/gm, '')}`, {
      environment: environmentFrom({}),
      publicUrl: undefined,
      sourceNamed,
    });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(sources).toMatchObject([{ name: 'shop', settings: { type: name, event_id: '=id' } }]);
    const told = await hookstitch(await temporaryFolder({}), ['sources', name, '--json']);
    expect(JSON.parse(told.out)).toMatchObject({ type: name, entry: { type: name, event_id: '=id' } });
  });

  it.each([
    ['Paddle', 'Paddle Billing'],
    ['standard_webhooks', 'Standard Webhooks'],
  ])('knows %s', async (name, title) => {
    const { code, out } = await hookstitch(await temporaryFolder({}), ['sources', name]);
    expect(code).toBe(0);
    expect(out).toContain(title);
  });

  it('says of one that cannot be connected why', async () => {
    const { code, err } = await hookstitch(await temporaryFolder({}), ['sources', 'mailgun']);
    expect(code).toBe(2);
    expect(err).toContain('mailgun signs a token and not the body: docs/presets.md');
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
