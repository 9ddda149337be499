import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sourceNamed, sources } from '../../src/sources/index.ts';

describe('the registry of sources', () => {
  it('knows every source under its own name', () => {
    for (const [name, source] of Object.entries(sources)) {
      expect(source.name).toBe(name);
      expect(sourceNamed(name)).toBe(source);
    }
  });

  it.each(['', 'Stripe', 'stripe ', 'toString', 'constructor', '__proto__'])('knows no source named %j', (name) => {
    expect(sourceNamed(name)).toBeUndefined();
  });

  it('lets an editor describe every setting', () => {
    for (const source of Object.values(sources)) {
      const { properties = {} } = z.toJSONSchema(source.settings, { io: 'input' });
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(['type', 'secret', 'public_url']));
      for (const [name, property] of Object.entries(properties)) {
        expect(property, `${source.name}.${name}`).toHaveProperty('description');
      }
    }
  });

  it('has defaults that need no network to be known', () => {
    expect(sources.stripe.settings.parse({ type: 'stripe', secret: '' })).toEqual({
      type: 'stripe',
      secret: [],
      api_key: '',
      api_url: 'https://api.stripe.com',
    });
    expect(sources.hubspot.settings.parse({ type: 'hubspot', secret: '', api_url: 'http://localhost:9/api/' })).toEqual(
      {
        type: 'hubspot',
        secret: [],
        access_token: '',
        api_url: 'http://localhost:9/api',
        api_rate: 100,
        signatures: ['v3'],
      },
    );
  });

  it.each([
    'ftp://example.com',
    'https://',
    'https://[::1',
    'https://user:password@example.com',
    'https://example.com/?a=1',
    'example.com',
  ])('refuses %s as the address of an API', (api_url) => {
    expect(sources.stripe.settings.safeParse({ type: 'stripe', secret: '', api_url }).success).toBe(false);
  });

  it('keeps a public URL as it was registered, its trailing slash included', () => {
    const public_url = 'https://hooks.example.com/hubspot/';
    expect(sources.hubspot.settings.parse({ type: 'hubspot', secret: '', public_url }).public_url).toBe(public_url);
  });

  it('knows three versions of HubSpot signatures and refuses an empty list', () => {
    const withSignatures = (signatures: unknown) =>
      sources.hubspot.settings.safeParse({ type: 'hubspot', secret: '', signatures }).success;
    expect(withSignatures(['v1', 'v2', 'v3'])).toBe(true);
    expect(withSignatures([])).toBe(false);
    expect(withSignatures(['v4'])).toBe(false);
  });
});
