import type { Json } from '../model/json.ts';

/** Deeper results are refused: every recursive walker after this one would be at risk. */
const depthMax = 64;

export type Converted = { readonly json: Json | undefined } | { readonly fault: string };

class ConversionFault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/**
 * JSONata's result as plain JSON: its sequences are arrays with methods of their own, its functions are objects, and
 * a member may be undefined.
 */
export function toJson(value: unknown): Converted {
  try {
    return { json: convert(value, 0) };
  } catch (error) {
    if (error instanceof ConversionFault) return { fault: error.message };
    throw error;
  }
}

function convert(value: unknown, depth: number): Json | undefined {
  if (depth > depthMax) throw new ConversionFault(`gives something nested deeper than ${depthMax} levels`);
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new ConversionFault('gives a number that is not finite');
      return value;
    case 'object':
      return value === null ? null : convertObject(value, depth);
    case 'function':
    case 'bigint':
    case 'symbol':
      throw new ConversionFault('gives a function; call it with ()');
  }
}

function convertObject(value: object, depth: number): Json {
  if (Array.isArray(value)) return value.map((item: unknown) => convert(item, depth + 1) ?? null);
  if ('_jsonata_lambda' in value || '_jsonata_function' in value)
    throw new ConversionFault('gives a function; call it with ()');
  const members = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    const converted = convert(member, depth + 1);
    return converted === undefined ? [] : [[key, converted]];
  });
  // fromEntries makes `__proto__` an ordinary member; assignment would change the prototype.
  return Object.fromEntries(members);
}
