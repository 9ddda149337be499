import type { Json } from '../model/json.ts';
import { setMember } from '../model/set-member.ts';

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
  if (value === undefined || isJson(value, 0)) return { json: value };
  try {
    return { json: convert(value, 0) };
  } catch (error) {
    if (error instanceof ConversionFault) return { fault: error.message };
    throw error;
  }
}

/** Most results are parts of the body: those need no copy. */
function isJson(value: unknown, depth: number): value is Json {
  if (depth > depthMax) return false;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || isJsonInside(value, depth);
    default:
      return false;
  }
}

function isJsonInside(value: object, depth: number): boolean {
  if (Array.isArray(value)) return !isMarked(value) && value.every((item) => isJson(item, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype || isFunction(value)) return false;
  for (const key of Object.keys(value)) if (!isJson(value[key as never], depth + 1)) return false;
  return true;
}

const isMarked = (list: object): boolean => 'sequence' in list || 'keepSingleton' in list || 'cons' in list;

const isFunction = (value: object): boolean => '_jsonata_lambda' in value || '_jsonata_function' in value;

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
  if (isFunction(value)) throw new ConversionFault('gives a function; call it with ()');
  const object: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    const converted = convert(member, depth + 1);
    if (converted !== undefined) setMember(object, key, converted);
  }
  return object;
}
