import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { aRequest, claimOne } from '../contracts/store-samples.ts';
import { identifierFrom } from '../identity/links.ts';
import { hookstitch } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder whose gateway has stopped; it knows one person. */
async function folderWithAda(): Promise<string> {
  const folder = await temporaryFolder({});
  const store = await openStore({ dataDir: join(folder, 'data') });
  await store.recordRequest(aRequest());
  const identifiers = ['email:ada@example.com', 'user_id:usr_1'].map(identifierFrom);
  await store.stitch([{ event: await claimOne(store), identifiers }]);
  await store.close();
  return folder;
}

const noGateway = { ADMIN_PORT: '9' };

describe('people, while no gateway is running', () => {
  it('are shown and forgotten from the store itself', async () => {
    const folder = await folderWithAda();

    const shown = await hookstitch(folder, ['identities', 'ADA@example.com'], noGateway);
    const forgotten = await hookstitch(folder, ['forget', 'usr_1', '--yes'], noGateway);
    const gone = await hookstitch(folder, ['identities', 'usr_1'], noGateway);

    expect(shown.out).toMatch(/^user usr_1\n.*user_id +usr_1 +via email, seen .* in stripe \(evt_\w+\)/s);
    expect([forgotten.code, forgotten.out]).toEqual([
      0,
      expect.stringContaining('✓ the files of the database hold none'),
    ]);
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('PERSON_NOT_FOUND')]);
  });

  it('are not forgotten unasked where nobody can be asked', async () => {
    const folder = await folderWithAda();

    const refused = await hookstitch(folder, ['forget', 'usr_1'], noGateway);

    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('add --yes')]);
    expect((await hookstitch(folder, ['identities', 'usr_1'], noGateway)).code).toBe(0);
  });
});
