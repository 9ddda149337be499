import { execFile } from 'node:child_process';
import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWorkspace } from '../support/gateway-process.ts';
import { readProjectFile } from '../support/project-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `npm run build` on what the image is built from, and nothing else of the project; returns the built program. */
async function built(): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'build', 'src'])
    await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await promisify(execFile)('npm', ['run', 'build'], { cwd: folder });
  return join(folder, 'dist/cli/main.js');
}

/** What a gateway in a process of its own serves to browsers. */
async function servedBridge(program?: string): Promise<{ readonly etag: string | null; readonly text: string }> {
  const files = { gateway: 'version: 1\n', mappings: {} };
  const workspace = await createWorkspace(program === undefined ? files : { ...files, program });
  onTestFinished(workspace.remove);
  const gateway = await workspace.start();
  const response = await fetch(`${workspace.url}/bridge.js`);
  const text = await response.text();
  expect(await gateway.end('SIGTERM')).toBe(0);
  return { etag: response.headers.get('etag'), text };
}

describe('the built gateway', () => {
  it('serves, from a folder of its own, the same bridge as the sources do', async () => {
    const fromSources = await servedBridge();
    expect(fromSources).toEqual({
      etag: expect.stringMatching(/^"/),
      text: readProjectFile('src/bridge/bridge.min.js'),
    });
    expect(await servedBridge(await built())).toEqual(fromSources);
  }, 300_000);
});
