import { z } from 'zod';
import { destinations } from '../destinations/index.ts';
import { mappingFile } from '../mapping/schema.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { describedTypes } from '../sources/index.ts';
import { fileShape } from './gateway-file.ts';

/**
 * JSON Schemas for editors, made from the very schemas that check the files. Draft 7, because that is what the YAML
 * language server reads.
 */
export const schemaNames = ['mapping', 'gateway'] as const;
export type SchemaName = (typeof schemaNames)[number];

export function jsonSchema(name: SchemaName): JsonObject {
  switch (name) {
    case 'mapping':
      return { title: 'hookstitch mapping', ...draft7(mappingFile) };
    case 'gateway':
      return gatewaySchema();
  }
}

function draft7(schema: z.ZodType): JsonObject {
  return withoutFormats(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as Json) as JsonObject;
}

/** zod's own formats (`starts_with`, …) come with a pattern that says the same; editors do not know them. */
function withoutFormats(node: Json): Json {
  if (Array.isArray(node)) return node.map(withoutFormats);
  if (!isJsonObject(node)) return node;
  const members = Object.entries(node).filter(([key, value]) => key !== 'format' || typeof value !== 'string');
  return Object.fromEntries(members.map(([key, value]) => [key, withoutFormats(value ?? null)]));
}

/** Each entry is described by its type's own settings. */
function gatewaySchema(): JsonObject {
  const schema = draft7(fileShape);
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  return {
    title: 'hookstitch gateway.yaml',
    ...schema,
    properties: {
      ...properties,
      sources: entriesOf(properties.sources, describedTypes()),
      destinations: entriesOf(properties.destinations, Object.values(destinations)),
    },
  };
}

interface Configurable {
  readonly title: string;
  readonly settings: z.ZodType;
}

function entriesOf(section: Json | undefined, types: readonly Configurable[]): JsonObject {
  const described = types.map(({ title, settings }): JsonObject => {
    const { $schema: _, ...schema } = draft7(settings);
    return { title, ...(acceptingVariables(schema) as JsonObject) };
  });
  return { ...(isJsonObject(section) ? section : {}), additionalProperties: { anyOf: described } };
}

const variable: JsonObject = { type: 'string', pattern: '\\$\\{' };

/** An editor sees `${NAME}` where the gateway sees what it stands for; `type:` alone is always written out. */
function acceptingVariables(node: Json, key = ''): Json {
  if (Array.isArray(node)) return node.map((item: Json) => acceptingVariables(item, key));
  if (!isJsonObject(node)) return node;
  const walked = Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, acceptingVariables(value ?? null, name)]),
  );
  const isLimitedText =
    node.type === 'string' && ['pattern', 'const', 'enum', 'minLength'].some((limit) => limit in node);
  if (!isLimitedText || key === 'type') return walked;
  const { description, default: fallback, ...limited } = walked;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [limited, variable],
  };
}
