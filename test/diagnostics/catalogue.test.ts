import { describe, expect, it } from 'vitest';
import {
  type DiagnosticCode,
  diagnosticCodes,
  explanationOf,
  isDiagnosticCode,
} from '../../src/diagnostics/catalogue.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { explanationPage } from '../../src/diagnostics/explanation.ts';
import { projectFiles, readProjectFile } from '../support/project-files.ts';
import { codesOf } from './example.ts';

const catalogue: readonly (readonly [DiagnosticCode, Diagnostic])[] = diagnosticCodes.map((code) => [
  code,
  explanationOf(code),
]);
const withExamples = catalogue.flatMap(([code, { example }]) =>
  'wrong' in example ? [{ code, wrong: example.wrong, right: example.right }] : [],
);

describe('the catalogue', () => {
  it.each(withExamples)('shows for $code something wrong that is told just so', async ({ code, wrong }) => {
    expect(await codesOf(wrong)).toEqual([code]);
  });

  it.each(withExamples)('shows for $code something right', async ({ right }) => {
    expect(await codesOf(right)).toEqual([]);
  });

  it('has an example for every code that a text can have', () => {
    const others = catalogue.filter(([, { example }]) => 'situation' in example).map(([code]) => code);
    expect(others).toEqual(['mapping/folder-unreadable', 'mapping/not-checked', 'config/changed', 'config/unreadable']);
  });

  it('has every code that is written anywhere in the source', () => {
    const source = projectFiles('src').filter(({ path }) => path.endsWith('.ts'));
    const written = source.flatMap(({ text }) => [...text.matchAll(/'((?:yaml|mapping|expr|config)\/[a-z-]+)'/g)]);
    expect(written.length).toBeGreaterThan(diagnosticCodes.length);
    expect(written.map(([, code = '']) => code).filter((code) => !isDiagnosticCode(code))).toEqual([]);
  });

  it.each(catalogue)('says of %s in one line what it is, and why it matters', (_code, { title, why }) => {
    expect(title).toMatch(/^[^\n]{9,80}[^.\n]$/);
    expect(why).toMatch(/^.{40,}[.:)…]$/s);
  });

  it('is docs/diagnostics.md', () => {
    expect(readProjectFile('docs/diagnostics.md')).toBe(explanationPage());
  });
});
