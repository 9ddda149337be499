import { describe, expect, it } from 'vitest';
import { demoCredentials } from '../../src/demo/scenario.ts';

const counting = (length: number) => Uint8Array.from({ length }, (_, index) => index);

describe('demoCredentials', () => {
  it('gives every source a secret of at least 32 characters', () => {
    const { sources } = demoCredentials(counting);
    expect(Object.keys(sources)).toEqual(['stripe', 'callrail', 'hubspot']);
    for (const secret of Object.values(sources)) expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(sources.stripe).toMatch(/^whsec_/);
  });

  it('makes a website id that is a version 4 UUID', () => {
    expect(demoCredentials(counting).destinations.umami.websiteId).toBe('00010203-0405-4607-8809-0a0b0c0d0e0f');
  });

  it('draws every value anew', () => {
    let draws = 0;
    demoCredentials((length) => {
      draws += 1;
      return counting(length);
    });
    expect(draws).toBe(8);
  });
});
