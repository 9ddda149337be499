import { describe, expect, it } from 'vitest';
import { jsonSchema, schemaNames } from '../../src/config/json-schema.ts';
import { schemaReference } from '../../src/config/schema-reference.ts';
import { isJsonObject, type Json } from '../../src/model/json.ts';
import { expectGenerated } from '../support/generated.ts';

const intro = `# Reference

Every key of a mapping and of \`gateway.yaml\`, generated from the schemas that check them: \`hookstitch schema mapping --markdown\`.
How they work together is told in [mappings.md](mappings.md), [sources.md](sources.md) and [destinations.md](destinations.md).
`;

describe('the schemas of the files', () => {
  it.each(schemaNames)('ship as they are: mappings/schema/%s.v1.json', (name) => {
    expectGenerated(`mappings/schema/${name}.v1.json`, `${JSON.stringify(jsonSchema(name), null, 2)}\n`);
  });

  it('are what docs/reference.md is made of', () => {
    const parts = schemaNames.map(
      (name) => `\n## ${name === 'mapping' ? 'A mapping' : 'gateway.yaml'}\n\n${schemaReference(jsonSchema(name))}`,
    );
    expectGenerated('docs/reference.md', `${intro}${parts.join('')}`);
  });

  it.each(schemaNames)('describe every key: %s', (name) => {
    expect(undescribed(jsonSchema(name), name)).toEqual([]);
  });
});

function undescribed(node: Json | undefined, path: string): readonly string[] {
  if (Array.isArray(node)) return node.flatMap((item: Json, index) => undescribed(item, `${path}.${index}`));
  if (!isJsonObject(node)) return [];
  const properties = isJsonObject(node.properties) ? node.properties : {};
  const own = Object.entries(properties).filter(([, value]) => !isJsonObject(value) || !value.description);
  return [
    ...own.map(([key]) => `${path}.${key}`),
    // A property may itself be called `properties`, so what the map holds is walked, not the map.
    ...Object.entries(properties).flatMap(([key, value]) => undescribed(value, `${path}.properties.${key}`)),
    ...Object.entries(node).flatMap(([key, value]) =>
      key === 'properties' ? [] : undescribed(value, `${path}.${key}`),
    ),
  ];
}
