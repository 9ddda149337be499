import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesNamed } from '../../src/config/named-files.ts';

const known = ['gateway.yaml', 'stripe-invoice-paid.yaml', 'stripe-refund.yml', 'calls.yaml'].map(
  (name) => `mappings/${name}`,
);

describe('a file that is named', () => {
  it.each([
    'calls',
    'calls.yaml',
    'mappings/calls.yaml',
    './mappings/../mappings/calls.yaml',
    resolve('mappings/calls.yaml'),
  ])('may be named as %s', (typed) => {
    expect(filesNamed([typed], known)).toEqual({ files: ['mappings/calls.yaml'] });
  });

  it('may be one of several', () => {
    expect(filesNamed(['stripe-refund', 'gateway.yaml'], known)).toEqual({
      files: ['mappings/stripe-refund.yml', 'mappings/gateway.yaml'],
    });
  });

  it.each([
    ['cals.yaml', 'did you mean calls.yaml?'],
    ['stripe-invoice', 'did you mean stripe-invoice-paid.yaml?'],
    ['stripe', 'did you mean stripe-invoice-paid.yaml or stripe-refund.yml?'],
    ['elsewhere/calls.yaml', 'did you mean calls.yaml?'],
    ['orders', 'there are gateway.yaml, stripe-invoice-paid.yaml, stripe-refund.yml, calls.yaml'],
  ])('has to be there: %s', (typed, hint) => {
    expect(filesNamed(['calls', typed], known)).toEqual({ unknown: typed, hint });
  });
});
