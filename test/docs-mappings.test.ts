import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkConfiguration } from '../src/config/check-setup.ts';
import { environmentFrom } from '../src/config/environment.ts';
import { loadConfiguration, namesOf } from '../src/config/load.ts';
import { mappingFunctions } from '../src/mapping/functions.ts';
import { readMapping } from '../src/mapping/load.ts';
import { mappingFile } from '../src/mapping/schema.ts';
import { isJsonObject } from '../src/model/json.ts';
import { projectFolder, readProjectFile } from './support/project-files.ts';

const reference = readProjectFile('docs/mappings.md');

/** The part of the reference below the heading that matches, without the headings that follow. */
function section(heading: RegExp): string {
  const parts = reference.split(/^(?=#{2,3} )/m);
  return parts.find((part) => heading.test(part.split('\n')[0] ?? '')) ?? '';
}

interface Keys {
  /** As in `event.user`; empty for the file itself. */
  readonly path: string;
  readonly names: readonly string[];
}

/** The keys of every block in a JSON Schema. */
function blocksOf(schema: unknown, path: readonly string[] = []): readonly Keys[] {
  if (!isJsonObject(schema)) return [];
  const { properties, additionalProperties, items, anyOf } = schema;
  const own = isJsonObject(properties) ? properties : {};
  return [
    ...(isJsonObject(properties) ? [{ path: path.join('.'), names: Object.keys(properties) }] : []),
    ...Object.entries(own).flatMap(([name, value]) => blocksOf(value, [...path, name])),
    ...blocksOf(additionalProperties, [...path, '<name>']),
    ...blocksOf(items, path),
    ...(Array.isArray(anyOf) ? anyOf.flatMap((option) => blocksOf(option, path)) : []),
  ];
}

const blocks = blocksOf(z.toJSONSchema(mappingFile, { io: 'input' }));

describe('docs/mappings.md', () => {
  it.each(blocks)('has a row for each key of the block "$path", and no other', ({ path, names }) => {
    const heading = path === '' ? /^## Keys of a mapping$/ : new RegExp(`^#+ \`${path.replaceAll('.', '\\.')}\`$`);
    const rows = section(heading).matchAll(/^\| `([\w.]+)` \|/gm);
    expect(Array.from(rows, ([, name]) => name).toSorted()).toEqual([...names].toSorted());
  });

  it('has blocks to compare', () => {
    expect(blocks.map(({ path }) => path)).toEqual(expect.arrayContaining(['', 'event', 'event.user', 'tests']));
  });

  it.each(mappingFunctions)('explains the function $name with its examples', ({ signature, description, examples }) => {
    const shown = examples.map(({ expression, result }) => {
      const value = result === undefined ? 'nothing' : `\`${JSON.stringify(result)}\``;
      return `\`${expression}\` → ${value}`;
    });
    expect(section(/^## Functions$/)).toContain(`| \`${signature}\` | ${description} | ${shown.join('<br>')} |\n`);
  });

  it('opens with a mapping that loads and passes its own test', async () => {
    const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(reference) ?? [];
    const configuration = await loadConfiguration(
      environmentFrom({ MAPPINGS_DIR: fileURLToPath(new URL('../mappings', import.meta.url)) }),
    );
    const { definition, problems } = readMapping(
      { name: 'example.yaml', shown: 'example' },
      text,
      namesOf(configuration.file),
    );
    expect(problems).toEqual([]);
    const mappings = { definitions: definition === undefined ? [] : [definition], problems, files: [] };
    const results = await checkConfiguration({ ...configuration, mappings }, () => true);
    expect(results.map(({ failures }) => failures)).toEqual([[]]);
  });
});

describe('docs/sources.md', () => {
  it('has a row for every mapping that is shipped', () => {
    const shipped = projectFolder('mappings').filter((name) => name.endsWith('.yaml') && name !== 'gateway.yaml');
    const described = readProjectFile('docs/sources.md');
    expect(shipped.filter((name) => !described.includes(`| \`${name}\``))).toEqual([]);
  });
});
