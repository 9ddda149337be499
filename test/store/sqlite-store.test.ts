import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';
import { describeStore } from '../contracts/store.contract.ts';
import { at } from '../contracts/store-samples.ts';

describeStore('SQLite', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hookstitch-'));
  const clock = { now: () => at(0) };
  return {
    open: () => openStore({ dataDir, clock }),
    remove: async () => rmSync(dataDir, { recursive: true }),
  };
});
