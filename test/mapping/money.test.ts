import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyExponent, money } from '../../src/mapping/money.ts';

const zeroDecimal = [
  'BIF',
  'CLP',
  'DJF',
  'GNF',
  'JPY',
  'KMF',
  'KRW',
  'MGA',
  'PYG',
  'RWF',
  'VND',
  'VUV',
  'XAF',
  'XOF',
  'XPF',
];
const threeDecimal = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'];
// Stripe charges these with two decimals although ISO 4217 gives them none, or people use none.
const twoDecimalForStripe = ['UGX', 'ISK', 'HUF', 'TWD'];

describe('the digits after the decimal point', () => {
  it.each(zeroDecimal)('are none in %s', (currency) => {
    expect(money(5_000, currency)).toEqual({ amount: 5_000, currency });
  });

  it.each(threeDecimal)('are three in %s', (currency) => {
    expect(money(5_120, currency.toLowerCase())).toEqual({ amount: 5.12, currency });
  });

  it.each([...twoDecimalForStripe, 'USD', 'EUR', 'GBP', 'CHF'])('are two in %s', (currency) => {
    expect(money(2_900, currency)).toEqual({ amount: 29, currency });
  });

  it('are two in every other currency there is', () => {
    const others = Intl.supportedValuesOf('currency').filter(
      (code) => ![...zeroDecimal, ...threeDecimal].includes(code),
    );
    expect(others.length).toBeGreaterThan(100);
    expect(others.filter((code) => currencyExponent(code) !== 2)).toEqual([]);
  });
});

describe('an amount', () => {
  it.each([
    [2_999, 'usd', 29.99],
    [1, 'usd', 0.01],
    [0, 'usd', 0],
    [-500, 'usd', -5],
    [110, 'usd', 1.1],
    [1_999_999_999_99, 'usd', 1_999_999_999.99],
    ['2900', ' Usd ', 29],
    ['0.5', 'usd', 0.005],
    ['1234', 'kwd', 1.234],
  ])('%j %s is %d', (minor, currency, amount) => {
    expect(money(minor, currency)?.amount).toBe(amount);
  });

  it('is the number that its decimals spell, to the last digit', () => {
    fc.assert(
      fc.property(fc.integer(), (cents) => {
        const digits = `${Math.abs(cents)}`.padStart(3, '0');
        const spelt = Number(`${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`);
        expect(money(cents, 'usd')?.amount).toBeCloseTo(spelt, 10);
        expect(`${money(cents, 'usd')?.amount}`).toBe(`${spelt}`);
      }),
    );
  });

  it.each([
    ['no amount', undefined, 'usd'],
    ['null', null, 'usd'],
    ['blank text', ' ', 'usd'],
    ['words', 'a lot', 'usd'],
    ['a truth', true, 'usd'],
    ['infinity', Number.POSITIVE_INFINITY, 'usd'],
    ['a list', [2_900], 'usd'],
    ['no currency', 2_900, undefined],
    ['a blank currency', 2_900, ' '],
    ['a number as the currency', 2_900, 840],
  ])('is nothing with %s', (_what, minor, currency) => {
    expect(money(minor, currency)).toBeUndefined();
  });
});
