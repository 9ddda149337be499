import { expect, it } from 'vitest';
import { isJsonObject } from '../../src/model/json.ts';

it.each([{}, { a: 1 }, Object.create(null)])('%j is an object of JSON', (value) => {
  expect(isJsonObject(value)).toBe(true);
});

it.each([null, undefined, [], [{}], 'a', 1, true])('%j is none', (value) => {
  expect(isJsonObject(value)).toBe(false);
});
