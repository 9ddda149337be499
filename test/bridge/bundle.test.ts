import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readProjectFile } from '../support/project-files.ts';
import { bundle } from './bundle.ts';

const path = 'src/bridge/bridge.min.js';
const made = await bundle();
/** `UPDATE=1 npx vitest run test/bridge/bundle.test.ts` writes the file anew. */
if (process.env.UPDATE === '1') await writeFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), made);

describe('the file that is served as /bridge.js', () => {
  it('is what src/bridge makes', () => {
    expect(readProjectFile(path)).toBe(made);
  });

  it('has at most 3 KB with gzip', () => {
    expect(gzipSync(made).length).toBeLessThanOrEqual(3 * 1024);
  });

  it('does nothing that a strict Content-Security-Policy forbids', () => {
    expect(made).not.toMatch(
      /\beval\b|\bnew Function\b|innerHTML|outerHTML|insertAdjacent|\.style\b|javascript:|import\(/,
    );
  });

  it('is JavaScript that browsers of 2019 read', () => {
    expect(made).not.toMatch(/\?\?|\?\.[a-z[(]|#[a-z]\w*[=(;]|\|\|=|&&=|\d_\d/i);
  });
});

describe('docs/bridge.md', () => {
  it('has a row for every attribute of the tag, and no other', () => {
    const read = /const \{([^}]+)\} = tag\.dataset/.exec(readProjectFile('src/bridge/settings.ts'))?.[1] ?? '';
    const attributes = read
      .split(',')
      .map((name) => `data-${name.trim().replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    const rows = readProjectFile('docs/bridge.md').matchAll(/^\| `(data-[\w-]+)` \|/gm);
    expect(Array.from(rows, ([, name]) => name).toSorted()).toEqual(attributes.toSorted());
  });
});
