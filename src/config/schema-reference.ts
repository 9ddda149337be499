import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/** A JSON Schema as tables for people: one for each block, in the order of the file. */
export function schemaReference(schema: JsonObject): string {
  const told = new Set<string>();
  const isNew = (text: string): boolean => told.size < told.add(text).size;
  return blocksOf(schema, []).map(describeBlock).filter(isNew).join('\n');
}

interface Block {
  readonly path: readonly string[];
  readonly title: string | undefined;
  readonly properties: JsonObject;
  readonly required: readonly string[];
}

function blocksOf(schema: Json | undefined, path: readonly string[]): readonly Block[] {
  if (!isJsonObject(schema)) return [];
  const { properties, additionalProperties, items, anyOf, title, required } = schema;
  const own = isJsonObject(properties) ? properties : undefined;
  const block: Block[] =
    own === undefined
      ? []
      : [{ path, title: typeof title === 'string' ? title : undefined, properties: own, required: texts(required) }];
  return [
    ...block,
    ...Object.entries(own ?? {}).flatMap(([name, value]) => blocksOf(value, [...path, name])),
    ...blocksOf(isJsonObject(additionalProperties) ? additionalProperties : undefined, [...path, '<name>']),
    ...blocksOf(items, path),
    ...(Array.isArray(anyOf) ? anyOf.flatMap((option: Json) => blocksOf(option, path)) : []),
  ];
}

const texts = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

function describeBlock({ path, title, properties, required }: Block): string {
  const heading =
    path.length === 0 ? (title ?? 'File') : `\`${path.join('.')}\`${title === undefined ? '' : ` (${title})`}`;
  const rows = Object.entries(properties).map(([name, value]) => {
    const property = isJsonObject(value) ? value : {};
    const needed = required.includes(name) && property.default === undefined ? ', required' : '';
    const fallback =
      property.default === undefined || isJsonObject(property.default)
        ? ''
        : ` Default: \`${JSON.stringify(property.default)}\`.`;
    return `| \`${name}\` | ${typeOf(property)}${needed} | ${escaped(String(property.description ?? ''))}${fallback} |`;
  });
  return [`### ${heading}`, '', '| key | type | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

const escaped = (text: string): string => text.replaceAll('|', '\\|');

function typeOf({ type, anyOf, enum: values, const: value, $ref }: JsonObject): string {
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  if (Array.isArray(values)) return values.map((option: Json) => `\`${String(option)}\``).join(', ');
  if ($ref !== undefined) return 'anything';
  if (Array.isArray(anyOf)) {
    return [...new Set(anyOf.map((option: Json) => (isJsonObject(option) ? typeOf(option) : '')))].join(' or ');
  }
  if (Array.isArray(type)) return type.filter((name) => name !== 'null').join(', ');
  return type === 'object' ? 'block' : type === 'array' ? 'list' : String(type ?? 'anything');
}
