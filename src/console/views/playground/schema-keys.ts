import type { Json, JsonObject } from '../../../model/json.ts';

export interface SchemaKey {
  readonly name: string;
  readonly description: string | null;
  /** Whether a block or a list stands below it. */
  readonly isBlock: boolean;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keys that a JSON Schema has below a path of keys, in its order. */
export function schemaKeys(schema: JsonObject, path: readonly string[]): readonly SchemaKey[] {
  const nodes = path.reduce((found, key) => found.flatMap((node) => below(node, key)), alternatives(schema));
  const keys = new Map<string, SchemaKey>();
  for (const node of nodes)
    for (const [name, member] of Object.entries(propertiesOf(node)))
      if (!keys.has(name)) keys.set(name, keyNamed(name, member));
  return [...keys.values()];
}

function keyNamed(name: string, member: Json | undefined): SchemaKey {
  const description = isObject(member) && typeof member.description === 'string' ? member.description : null;
  const isBlock = alternatives(member).some(
    (node) => isObject(node.properties) || isObject(node.additionalProperties) || node.items !== undefined,
  );
  return { name, description, isBlock };
}

const propertiesOf = ({ properties }: JsonObject): JsonObject => (isObject(properties) ? properties : {});

/** A node with everything that it may be instead; a list stands for its items. */
function alternatives(node: Json | undefined): readonly JsonObject[] {
  if (!isObject(node)) return [];
  const { anyOf, oneOf, allOf, items } = node;
  const others = [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []));
  return [node, ...others.flatMap(alternatives), ...alternatives(items)];
}

function below(node: JsonObject, key: string): readonly JsonObject[] {
  const own = propertiesOf(node)[key];
  return alternatives(own ?? node.additionalProperties);
}
