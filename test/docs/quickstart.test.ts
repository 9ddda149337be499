import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readProjectFile } from '../support/project-files.ts';
import { quickstart } from './quickstart.ts';

const file = new URL('../../docs/quickstart.md', import.meta.url);

it('docs/quickstart.md is what the commands print today', async () => {
  const played = await quickstart();
  if (process.env.UPDATE === '1') await writeFile(file, played);
  expect(readProjectFile('docs/quickstart.md')).toBe(played);
}, 120_000);
