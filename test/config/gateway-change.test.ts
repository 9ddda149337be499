import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { gatewayFileState } from '../../src/config/gateway-change.ts';
import { loadGatewayConfiguration } from '../../src/config/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const text = `version: 1
sources: { stripe: { type: stripe, secret: "\${S}" } }
destinations: { segment: { type: segment, write_key: "\${K:-}" } }
vars: { site: example.com }
`;
const variables = { S: 'whsec_0123456789', K: 'key' };

/** What is said of a gateway.yaml that is saved, or of an environment that is changed, after a gateway has started. */
async function stateAfter({ saved = text, environment = {} }: { saved?: string; environment?: object }) {
  const folder = await temporaryFolder({ 'gateway.yaml': text });
  const own = { ...variables, MAPPINGS_DIR: folder };
  const started = await loadGatewayConfiguration(environmentFrom(own));
  await writeFile(join(folder, 'gateway.yaml'), saved);
  return { folder, state: await gatewayFileState(started, () => environmentFrom({ ...own, ...environment })) };
}

describe('gateway.yaml after the start', () => {
  it.each([text, `# why\n${text}`, text.replace('{ site: example.com }', '\n  site: "example.com"')])(
    'is as it was where a restart would change nothing: %j',
    async (saved) => {
      expect((await stateAfter({ saved })).state).toEqual({ status: 'ok', problems: [] });
    },
  );

  it.each([
    { saved: text.replace('example.com', 'example.org') },
    { saved: text.replace('segment:', 'other:') },
    { saved: text.replace('"${K:-}"', '"${K:-}", timeout_ms: 900') },
    { environment: { K: 'another' } },
    { environment: { K: '' } },
  ])('has changed: $saved $environment', async (change) => {
    expect((await stateAfter(change)).state).toMatchObject({ status: 'changed' });
  });

  it('would be refused at its line and column', async () => {
    const { state } = await stateAfter({ saved: text.replace('type: stripe', 'type: strpe') });
    expect(state).toMatchObject({ status: 'refused', problems: [{ code: 'config/unknown-type', at: { line: 2 } }] });
  });

  it('would be refused where a file that it needs cannot be read', async () => {
    const { folder, state } = await stateAfter({ environment: { K: '', K_FILE: '/nowhere/key' } });
    const at = { file: join(folder, 'gateway.yaml'), line: 1, column: 1 };
    expect(state).toMatchObject({ status: 'refused', problems: [{ code: 'config/unreadable', at }] });
    expect(state.problems[0]?.message).toContain('K_FILE');
  });
});
