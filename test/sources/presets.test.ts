import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presetNamed, presetNames, readPreset } from '../../src/sources/preset/presets.ts';
import { describePreset } from '../contracts/preset.contract.ts';
import { rawRequest } from './raw-request.ts';

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

describe('the preset of Asana', () => {
  it('takes two values that are added to one field at once for two events', () => {
    const added = (gid: string) => ({
      user: { gid: '12040042' },
      created_at: '2026-11-21T00:00:00.000Z',
      action: 'changed',
      resource: { gid: '123456789', resource_type: 'task' },
      change: { field: 'followers', action: 'added', added_value: { gid, resource_type: 'user' } },
    });
    const parsed = presetNamed('asana')?.parse([added('1'), added('2'), added('2')], rawRequest());
    const ids = parsed !== undefined && 'events' in parsed ? parsed.events.map(({ externalId }) => externalId) : [];
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(2);
  });
});
