import { expect, it } from 'vitest';
import { isEmpty } from '../../src/mapping/empty.ts';

it.each([undefined, null, '', ' \n', [], {}])('%j is nothing', (value) => {
  expect(isEmpty(value)).toBe(true);
});

it.each([0, false, 'x', [null], { a: null }, -1])('%j is a value', (value) => {
  expect(isEmpty(value)).toBe(false);
});
