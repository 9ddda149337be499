import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presetNamed, presetNames, readPreset } from '../../src/sources/preset/presets.ts';
import { describePreset } from '../contracts/preset.contract.ts';

for (const name of presetNames) {
  const source = presetNamed(name);
  if (source !== undefined) describePreset(name, source, readPreset(name));
}

describe('the presets', () => {
  it('are at least forty', () => {
    expect(presetNames.length).toBeGreaterThanOrEqual(40);
  });

  it('have a fixture each, and no fixture is left over', () => {
    const fixtures = readdirSync(new URL('../fixtures/sources/presets/', import.meta.url));
    expect(fixtures.map((file) => file.replace(/\.json$/, '')).toSorted()).toEqual(presetNames);
  });
});
