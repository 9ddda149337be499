import { destinations } from '../destinations/index.ts';
import { type MappingFile, mappingFile } from '../mapping/schema.ts';
import { isJsonObject } from '../model/json.ts';
import { parseYaml } from '../yaml/document.ts';
import { appendItem, appendKey, removeEntry } from '../yaml/edit.ts';

/** What `hookstitch init` writes: the shipped gateway.yaml and mappings, reduced to what somebody chose. */

export interface Starter {
  readonly mapping: string;
  /** The sample that it maps. */
  readonly sample: string;
}

/** What to start with, for each source: what Usermaven's public guide builds in Zapier. */
export const starters: Readonly<Record<string, Starter>> = {
  stripe: { mapping: 'stripe-invoice-paid.yaml', sample: 'invoice.paid' },
  callrail: { mapping: 'callrail-call-completed.yaml', sample: 'post_call' },
  hubspot: { mapping: 'hubspot-lifecycle-workflow.yaml', sample: 'workflow' },
};

export const starterDestinations: readonly string[] = Object.keys(destinations);

export interface StarterChoice {
  /** Keys of `starters`. */
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

export interface StarterFile {
  /** Inside the mappings folder. */
  readonly path: string;
  readonly text: string;
}

/** gateway.yaml first, then the mappings, then what they name. `shipped` reads a file of the shipped folder. */
export function starterFiles(choice: StarterChoice, shipped: (path: string) => string): readonly StarterFile[] {
  const mappings = choice.sources.flatMap((source): StarterFile[] => {
    const path = starters[source]?.mapping;
    return path === undefined ? [] : [{ path, text: reducedMapping(shipped(path), choice.destinations) }];
  });
  const own = [{ path: 'gateway.yaml', text: reducedGateway(shipped('gateway.yaml'), choice) }, ...mappings];
  const named = new Set([
    ...mappings.flatMap(({ text }) => fixturesIn(text)),
    ...own.flatMap(({ text }) => schemaOf(text)),
  ]);
  return [...own, ...[...named].map((path) => ({ path, text: shipped(path) }))];
}

function reducedGateway(text: string, choice: StarterChoice): string {
  const file = valueIn(text);
  const reduced = (['sources', 'destinations'] as const).reduce(
    (rest, block) => Object.keys(blockAt(file, block)).reduce(keepingOnly(block, choice[block]), rest),
    text,
  );
  const missing = choice.destinations.filter((name) => !Object.hasOwn(blockAt(file, 'destinations'), name));
  return missing.reduce((rest, name) => appendKey(rest, ['destinations'], [name, { type: name }]), reduced);
}

const keepingOnly =
  (block: string, kept: readonly string[]) =>
  (text: string, name: string): string =>
    kept.includes(name) ? text : removeEntry(text, [block, name]);

/** Without the destinations that were not chosen, and without the tests that are about nothing else. */
function reducedMapping(text: string, kept: readonly string[]): string {
  const { tests = [], destinations: all } = mappingFile.parse(valueIn(text));
  const listed = Array.isArray(all);
  const names: readonly string[] = Array.isArray(all) ? all : Object.keys(all);
  // From the last to the first: removing one moves those behind it.
  const tested = [...tests.entries()].reduceRight(
    (rest, [index, test]) => reducedTest(rest, { index, test, kept }),
    text,
  );
  const reduced = [...names.entries()].reduceRight(
    (rest, [index, name]) => (kept.includes(name) ? rest : removeEntry(rest, ['destinations', listed ? index : name])),
    tested,
  );
  const added = kept.filter((name) => !names.includes(name));
  return added.reduce(
    (rest, name) => (listed ? appendItem(rest, ['destinations'], name) : appendKey(rest, ['destinations'], [name, {}])),
    reduced,
  );
}

interface NumberedTest {
  readonly index: number;
  readonly test: NonNullable<MappingFile['tests']>[number];
  readonly kept: readonly string[];
}

function reducedTest(text: string, { index, test, kept }: NumberedTest): string {
  if (test.expect === 'skipped') return text;
  const expected = { expect: Object.keys(test.expect ?? {}), expect_exactly: Object.keys(test.expect_exactly ?? {}) };
  const all = [...expected.expect, ...expected.expect_exactly];
  if (!all.some((name) => kept.includes(name))) return removeEntry(text, ['tests', index]);
  return (['expect', 'expect_exactly'] as const).reduce((rest, key) => {
    const gone = expected[key].filter((name) => !kept.includes(name));
    if (gone.length === expected[key].length) return removeEntry(rest, ['tests', index, key]);
    return gone.reduce((less, name) => removeEntry(less, ['tests', index, key, name]), rest);
  }, text);
}

const fixturesIn = (text: string): readonly string[] =>
  (mappingFile.parse(valueIn(text)).tests ?? []).flatMap(({ given }) => (typeof given === 'string' ? [given] : []));

/** The schema that the first line names to editors. */
const schemaOf = (text: string): readonly string[] =>
  [...text.matchAll(/^# yaml-language-server: \$schema=\.\/(\S+)$/gm)].flatMap(([, path]) =>
    path === undefined ? [] : [path],
  );

function valueIn(text: string): unknown {
  const parsed = parseYaml('shipped', text);
  return parsed.ok ? parsed.yaml.value : {};
}

function blockAt(file: unknown, key: string): object {
  const block = isJsonObject(file) ? file[key] : undefined;
  return isJsonObject(block) ? block : {};
}
