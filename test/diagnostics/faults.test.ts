import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseFiles, faults, filesWith, validated } from './fault.ts';

describe('hookstitch validate', () => {
  it('has nothing to say of files that are right', async () => {
    const { ok, problems } = await validated(baseFiles);
    expect(problems).toEqual([]);
    expect(ok).toBe(true);
  });

  it.each(faults)('tells one mistake once, where it is, and what to do: $name', async (fault) => {
    const { ok, problems } = await validated(filesWith(fault));

    const told = problems.map(
      ({ severity, code, at }) => `${severity} ${basename(at.file)}:${at.line}:${at.column} ${code}`,
    );
    expect(told).toEqual([`${fault.severity} ${fault.file}:${fault.line}:${fault.column} ${fault.code}`]);
    expect(problems[0]?.hint).toContain(fault.hint);
    expect(ok).toBe(fault.severity === 'warning');
  });

  it('knows at least seventy mistakes', () => {
    expect(faults.filter(({ severity }) => severity === 'error').length).toBeGreaterThanOrEqual(70);
  });
});
