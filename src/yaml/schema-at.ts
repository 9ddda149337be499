import { z } from 'zod';
import type { Path } from './node-offsets.ts';

type Schema = z.core.$ZodType;

/** The schemas a value at a path has to fit; several where a union leaves the choice. */
function schemasAt(schema: Schema, path: Path): readonly Schema[] {
  if (path.length === 0) return [schema];
  const inner = innerOf(schema);
  if (inner !== undefined) return inner.flatMap((option) => schemasAt(option, path));
  const [key, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    const member = Object.entries(schema.shape).find(([name]) => name === key)?.[1];
    return member === undefined ? [] : schemasAt(member, rest);
  }
  if (schema instanceof z.ZodRecord) return schemasAt(schema.valueType, rest);
  return schema instanceof z.ZodArray ? schemasAt(schema.element, rest) : [];
}

/** What a schema wraps or chooses between; undefined where it stands for itself. */
function innerOf(schema: Schema): readonly Schema[] | undefined {
  if (schema instanceof z.ZodUnion) return schema.options;
  if (schema instanceof z.ZodPipe) return [schema.in];
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return isWrapper ? [schema.unwrap()] : undefined;
}

const leavesOf = (schema: Schema): readonly Schema[] => innerOf(schema)?.flatMap(leavesOf) ?? [schema];

/** The keys a block at a path takes; zod's own issue does not name them. */
export function keysAt(schema: Schema, path: Path): readonly string[] {
  const blocks = schemasAt(schema, path).flatMap(leavesOf);
  return [...new Set(blocks.flatMap((block) => (block instanceof z.ZodObject ? Object.keys(block.shape) : [])))];
}

/** The words and numbers that a value at a path may be. */
export function choicesAt(schema: Schema, path: Path): readonly (string | number)[] {
  return schemasAt(schema, path)
    .flatMap(leavesOf)
    .flatMap((leaf) =>
      leaf instanceof z.ZodLiteral ? [...leaf.values] : leaf instanceof z.ZodEnum ? leaf.options : [],
    )
    .filter((choice) => typeof choice === 'string' || typeof choice === 'number');
}

export const takesBooleanAt = (schema: Schema, path: Path): boolean =>
  schemasAt(schema, path)
    .flatMap(leavesOf)
    .some((leaf) => leaf instanceof z.ZodBoolean);

export const takesListAt = (schema: Schema, path: Path): boolean =>
  schemasAt(schema, path)
    .flatMap(leavesOf)
    .some((leaf) => leaf instanceof z.ZodArray);

/** What the schema says of the value at a path, for people. */
export function descriptionAt(schema: Schema, path: Path): string | undefined {
  for (const found of schemasAt(schema, path)) {
    const described = [found, ...(innerOf(found) ?? [])].map((each) => z.globalRegistry.get(each)?.description);
    const description = described.find((text) => text !== undefined);
    if (description !== undefined) return description;
  }
  return undefined;
}

/** True where a value is one text, number or the like, and no block or list. */
export function takesTextOnlyAt(schema: Schema, path: Path): boolean {
  const leaves = schemasAt(schema, path).flatMap(leavesOf);
  const isText = (leaf: Schema): boolean =>
    leaf instanceof z.ZodString ||
    leaf instanceof z.ZodNumber ||
    leaf instanceof z.ZodBoolean ||
    leaf instanceof z.ZodNull;
  return leaves.length > 1 && leaves.every(isText) && leaves.some((leaf) => leaf instanceof z.ZodNumber);
}
