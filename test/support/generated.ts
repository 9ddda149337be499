import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Files, and parts of files, that are made of something else in the project: `UPDATE=1 npm test` writes them anew. */

export function expectGenerated(path: string, text: string): void {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  if (process.env.UPDATE === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(readFileSync(file, 'utf8')).toBe(text);
}

/** What stands between `<!-- name -->` and `<!-- /name -->`. */
export function expectGeneratedPart(path: string, name: string, part: string): void {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const [before = '', rest] = readFileSync(file, 'utf8').split(`<!-- ${name} -->\n`);
  const [, after] = rest?.split(`<!-- /${name} -->`) ?? [];
  expect(after, `${path} has a place for ${name}`).toBeDefined();
  expectGenerated(path, `${before}<!-- ${name} -->\n${part}<!-- /${name} -->${after}`);
}
