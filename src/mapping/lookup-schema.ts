import { z } from 'zod';
import { lookups } from '../lookups/index.ts';
import type { Lookup } from '../lookups/lookup.ts';
import type { Json, JsonObject } from '../model/json.ts';

/** The shape of `lookup:`, made from the registry of lookups. */

const expression = z.string().startsWith('=', { error: 'must be an expression that starts with =' });

/** What an argument must come to, or an expression for it. */
function orExpression(argument: z.ZodType): z.ZodType {
  const { description = '' } = argument;
  const isOptional = argument instanceof z.ZodOptional;
  const inner = argument instanceof z.ZodOptional ? (argument.unwrap() as z.ZodType) : argument;
  const written = z.union([inner, expression, z.array(z.string())].slice(0, takesList(inner) ? 3 : 2), {
    error: takesList(inner) ? 'must be a list of names' : 'must be an id or one expression that starts with =',
  });
  return (isOptional ? written.optional() : written).meta({ description });
}

const takesList = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodUnion && schema.options.some((option) => option instanceof z.ZodArray);

function argumentsOf({ args, description, gives }: Lookup): z.ZodOptional {
  const shape = Object.fromEntries(
    Object.entries(args.shape).map(([key, argument]) => [key, orExpression(argument as z.ZodType)]),
  );
  return z
    .strictObject(shape)
    .optional()
    .meta({ description: `${description} Gives ${gives}.` });
}

const names: readonly string[] = lookups.map(({ name }) => name);

/** One entry of `lookup:`: what is looked up, with its arguments. */
export const lookupEntry = (sourceName: z.ZodString) =>
  z
    .strictObject({
      ...Object.fromEntries(lookups.map((lookup) => [lookup.name, argumentsOf(lookup)])),
      optional: z
        .boolean()
        .optional()
        .meta({ description: 'true: the mapping goes on without it when there is no answer.' }),
      source: sourceName.optional().meta({ description: "The source whose API is asked; default: the mapping's own." }),
    })
    .refine((entry) => names.filter((name) => Object.hasOwn(entry, name)).length === 1, {
      error: 'must name one lookup',
      params: { hint: `one of ${names.join(', ')}` },
    });

/** An entry of `lookup:` as it is meant. */
export interface WrittenLookup {
  /** What follows `$` where its value is used. */
  readonly name: string;
  /** As in `hubspot.contact`. */
  readonly lookup: string;
  readonly args: JsonObject;
  readonly optional: boolean;
  readonly source: string | undefined;
}

export function writtenLookups(block: Readonly<Record<string, unknown>> | undefined): readonly WrittenLookup[] {
  return Object.entries(block ?? {}).flatMap(([name, value]) => {
    const entry = value as Readonly<Record<string, Json | undefined>>;
    const lookup = names.find((known) => Object.hasOwn(entry, known));
    if (lookup === undefined) return [];
    const { optional, source } = entry;
    return [
      {
        name,
        lookup,
        args: (entry[lookup] ?? {}) as JsonObject,
        optional: optional === true,
        source: typeof source === 'string' ? source : undefined,
      },
    ];
  });
}
