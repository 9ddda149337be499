import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { record } from '../contracts/store-samples.ts';
import { hookstitch } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const noGateway = { ADMIN_PORT: '9' };

describe('a backup', () => {
  it('is made of a running gateway, and restored after its database was lost', async () => {
    const folder = await temporaryFolder({});
    const dataDir = join(folder, 'data');
    const store = await openStore({ dataDir });
    await record(store, ['a', 'b']);

    const made = await hookstitch(folder, ['backup', 'copy.db']);
    const again = await hookstitch(folder, ['backup', 'copy.db']);
    await store.close();
    rmSync(join(dataDir, 'hookstitch.db'));
    const refused = await hookstitch(folder, ['events', 'ls'], noGateway);
    const restored = await hookstitch(folder, ['restore', 'copy.db', '--json']);

    expect([made.code, made.out]).toEqual([
      0,
      expect.stringMatching(/copy\.db: 2 events, 0 deliveries, \d+ bytes; checked/),
    ]);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is there already')]);
    expect(refused.code).toBe(1);
    expect([restored.code, JSON.parse(restored.out)]).toEqual([
      0,
      expect.objectContaining({ events: 2, kept_aside: [] }),
    ]);
    const shown = await hookstitch(folder, ['events', 'ls'], noGateway);
    expect([shown.code, shown.out]).toEqual([0, expect.stringMatching(/evt_\w+.*\n.*evt_\w+/)]);
  });

  it('replaces a database only by force, which is then kept aside', async () => {
    const folder = await temporaryFolder({});
    const store = await openStore({ dataDir: join(folder, 'data') });
    await store.close();
    await hookstitch(folder, ['backup', 'copy.db']);

    const refused = await hookstitch(folder, ['restore', 'copy.db']);
    const forced = await hookstitch(folder, ['restore', 'copy.db', '--force']);

    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--force')]);
    expect([forced.code, forced.out]).toEqual([0, expect.stringMatching(/^restored 0 events.*\nkept aside: (.*)\n/)]);
    expect(existsSync(join(folder, /kept aside: (.*)/.exec(forced.out)?.[1] ?? ''))).toBe(true);
  });
});
