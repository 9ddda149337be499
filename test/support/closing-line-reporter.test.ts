import { describe, expect, it } from 'vitest';
import { closingLine } from './closing-line-reporter.ts';

describe('closingLine', () => {
  it('names skipped tests only where there are any', () => {
    expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(closingLine({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped');
  });
});
