import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { draftTest } from '../../src/config/pinned-event.ts';
import type { Json } from '../../src/model/json.ts';
import { readProjectFile } from '../support/project-files.ts';

const folder = 'mappings/starters';
const configuration = await loadConfiguration(
  environmentFrom({ MAPPINGS_DIR: fileURLToPath(new URL(`../../${folder}`, import.meta.url)) }),
);

/** The test that is drafted for a sample as it arrived. */
async function drafted(mapping: string, { source, type, sample }: Record<'source' | 'type' | 'sample', string>) {
  const body = JSON.parse(readProjectFile(`${folder}/fixtures/${sample}`)) as Record<string, Json>;
  const definition = configuration.mappings.definitions.find(({ file }) => file === mapping);
  if (definition === undefined) return expect.unreachable(`no mapping ${mapping}`);
  return await draftTest({
    event: { source, type, kind: null, receivedAt: '2026-11-21T00:00:00.000Z', body },
    fixture: { path: 'fixtures/pinned.json', given: 'fixtures/pinned.json', isNew: true, body },
    ...{ definition, configuration, name: undefined },
  });
}

describe('the test of a pinned event', () => {
  it('says the type where a header told it, because the body does not', async () => {
    const github = { source: 'github', type: 'star.created', sample: 'github.star.created.json' };
    expect(await drafted('github-repository-starred.yaml', github)).toMatchObject({
      test: { type: 'star.created', expect: { segment: { event: 'Repository Starred' } } },
    });
  });

  it('leaves the type to the body where that tells it', async () => {
    const paddle = { source: 'paddle', type: 'transaction.completed', sample: 'paddle.transaction.completed.json' };
    const told = await drafted('paddle-payment-succeeded.yaml', paddle);
    expect(told).toMatchObject({ test: { expect: { segment: { event: 'Order Completed' } } } });
    expect(told).not.toHaveProperty('test.type');
  });
});
