import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adminToken } from '../../src/config/admin-token.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const made = 'a'.repeat(64);
const never = (): string => {
  throw new Error('made again');
};

describe('the admin token', () => {
  it('is made once and kept, readable by its owner alone', async () => {
    const dataDir = join(await temporaryFolder(), 'not', 'there', 'yet');
    expect(adminToken(dataDir, () => made)).toBe(made);
    expect(adminToken(dataDir, never)).toBe(made);
    const file = join(dataDir, 'admin-token');
    expect(readFileSync(file, 'utf8')).toBe(`${made}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('may be put there by hand', async () => {
    const dataDir = await temporaryFolder({ 'admin-token': `  ${'b'.repeat(32)}\n` });
    expect(adminToken(dataDir, never)).toBe('b'.repeat(32));
  });

  it.each([
    ['empty', ''],
    ['too short', 'b'.repeat(31)],
  ])('that was kept but is %s is a fault, and nothing is overwritten', async (_what, text) => {
    const dataDir = await temporaryFolder({ 'admin-token': text });
    expect(() => adminToken(dataDir, never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', hint: expect.stringContaining('delete it') }),
    );
    expect(readFileSync(join(dataDir, 'admin-token'), 'utf8')).toBe(text);
  });

  it('that cannot be read is a fault', async () => {
    const dataDir = await temporaryFolder({ 'admin-token/a-folder': '' });
    expect(() => adminToken(dataDir, never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('cannot be read') }),
    );
  });
});
