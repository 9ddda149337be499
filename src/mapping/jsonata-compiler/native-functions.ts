import jsonata from 'jsonata';
import { uncovered } from './closure.ts';
import { itemsMax, type List, sequenceOf } from './sequence.ts';

/** A function of JSONata as it keeps it itself, so that nothing of what it does has to be written a second time. */
interface Definition {
  readonly implementation: (this: typeof surroundings, ...args: readonly unknown[]) => unknown;
  readonly signature: {
    /** As in `<s-nn?:s>`. */
    readonly definition: string;
    /** The arguments as the function wants them, the context among them. Throws what does not fit. */
    validate(args: readonly unknown[], context: unknown): readonly unknown[];
  };
}

/** Those that answer at once and always the same; the others wait for a function of the expression or a regular expression. */
const names = [
  ...['abs', 'append', 'average', 'base64decode', 'base64encode', 'boolean', 'ceil', 'count', 'decodeUrl'],
  ...['decodeUrlComponent', 'distinct', 'encodeUrl', 'encodeUrlComponent', 'exists', 'floor', 'formatBase'],
  ...['formatInteger', 'formatNumber', 'fromMillis', 'join', 'keys', 'length', 'lookup', 'lowercase', 'max', 'merge'],
  ...['min', 'not', 'number', 'pad', 'parseInteger', 'power', 'reverse', 'round', 'spread', 'sqrt', 'string'],
  ...['substring', 'substringAfter', 'substringBefore', 'sum', 'toMillis', 'trim', 'type', 'uppercase', 'zip'],
] as const;

type Name = (typeof names)[number];

const definitions: Readonly<Record<Name, Definition>> = await jsonata(
  `{${names.map((name) => `"${name}": $${name}`).join(', ')}}`,
).evaluate(null);

/** What a function finds as `this`. */
const surroundings = {
  options: { sequence: itemsMax },
  createSequence(...items: readonly unknown[]): List {
    const sequence = sequenceOf([...items]);
    sequence.push = (...more: readonly unknown[]): number => {
      if (sequence.length + more.length > itemsMax) uncovered();
      return Array.prototype.push.apply(sequence, [...more]);
    };
    return sequence;
  },
};

/** Calls a function with its arguments in a context. */
export type Call = (args: readonly unknown[], context: unknown) => unknown;

/** A function of JSONata, called as the interpreter does; undefined where it cannot be called without it. */
export function nativeFunction(name: string): Call | undefined {
  const definition = Object.hasOwn(definitions, name) ? definitions[name as Name] : undefined;
  if (definition === undefined) return undefined;
  const { implementation, signature } = definition;
  const parameters = parametersOf(signature.definition);
  return (args, context) =>
    implementation.call(
      surroundings,
      ...(parameters !== undefined && areInPlace(args, parameters) ? args : signature.validate(args, context)),
    );
}

interface Parameter {
  readonly type: string;
  readonly isOptional: boolean;
}

/** Those of a signature that names nothing but texts, numbers, booleans and anything, as most do; undefined for others. */
function parametersOf(definition: string): readonly Parameter[] | undefined {
  const [, all] = /^<((?:[snbx]-?\??)+):/.exec(definition) ?? [];
  if (all === undefined) return undefined;
  return Array.from(all.matchAll(/([snbx])-?(\??)/g), ([, type = '', mark]) => ({ type, isOptional: mark === '?' }));
}

/**
 * Whether each argument stands where it belongs: then they are what validation would make of them, which costs more than
 * most functions do. Nothing fits everywhere.
 */
function areInPlace(args: readonly unknown[], parameters: readonly Parameter[]): boolean {
  if (args.length > parameters.length) return false;
  for (const [index, { type, isOptional }] of parameters.entries()) {
    if (index >= args.length ? !isOptional : !isOf(type, args[index])) return false;
  }
  return true;
}

function isOf(type: string, value: unknown): boolean {
  switch (typeof value) {
    case 'undefined':
      return true;
    case 'string':
      return type === 's' || type === 'x';
    case 'number':
      return type === 'n' || type === 'x';
    case 'boolean':
      return type === 'b' || type === 'x';
    default:
      return type === 'x';
  }
}

/** As `&` and `$string` write a value; undefined for nothing. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return definitions.string.implementation.call(surroundings, value) as string | undefined;
}

/** As `=` compares blocks and lists: the function that leaves out what is there already has to. */
export function isEqualInside(left: object, right: object): boolean {
  const distinct = definitions.distinct.implementation.call(surroundings, [left, right]) as List;
  return distinct.length === 1;
}
