import { expressionText } from '../mapping/expression-text.ts';
import type { MappingFile } from '../mapping/schema.ts';
import type { TraceEntry } from '../mapping/trace.ts';
import type { Position } from '../model/error.ts';
import { isJsonObject, type Json } from '../model/json.ts';

/** One value that a mapping writes, and what it came to. */
export interface PreviewField {
  /** As in `['event', 'user', 'id']`. */
  readonly path: readonly (string | number)[];
  readonly at: Position;
  /** The text behind the `=`; null for what is written out. */
  readonly expression: string | null;
  /** Which item of `for_each`; null outside of it. */
  readonly item: number | null;
  /** `not_evaluated`: the run ended before it. */
  readonly result: TraceEntry['result'] | { readonly kind: 'not_evaluated' };
}

export type Path = PreviewField['path'];

/** Where something stands in the mapping's text. */
export type Place = (path: Path) => Position;

/** Every value of a mapping in the order of evaluation, as far as the sections go; one per item with `for_each`. */
export function previewFields(
  content: MappingFile,
  trace: readonly TraceEntry[],
  place: Place,
): readonly PreviewField[] {
  const { let: lets, when, for_each, event, destinations } = content;
  const settings = Array.isArray(destinations) ? {} : destinations;
  const entries = Map.groupBy(trace, ({ path }) => keyOf(path));
  const leaves = leavesOf({ let: lets, when, for_each, event, destinations: settings } as Json);
  // A destination without changes of its own is no value.
  const written = leaves.filter(({ path }) => path[0] !== 'destinations' || path.length > 2);
  return written.flatMap(({ path, value }): readonly PreviewField[] => {
    const about = { path, at: place(path), expression: null, item: null };
    const expression = typeof value === 'string' ? expressionText(value) : undefined;
    if (expression === undefined) return [{ ...about, result: { kind: 'value', value: literal(value) } }];
    const own = entries.get(keyOf(path));
    if (own === undefined) return [{ ...about, expression, result: { kind: 'not_evaluated' } }];
    return own.map(({ item, result }) => ({ ...about, expression, item, result }));
  });
}

const keyOf = (path: Path): string => JSON.stringify(path);

/** `==text` is the literal `=text`. */
const literal = (value: Json): Json => (typeof value === 'string' && value.startsWith('==') ? value.slice(1) : value);

interface Leaf {
  readonly path: Path;
  readonly value: Json;
}

function leavesOf(value: Json | undefined, path: Path = []): readonly Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => leavesOf(item, [...path, index]));
  if (isJsonObject(value)) return Object.entries(value).flatMap(([key, member]) => leavesOf(member, [...path, key]));
  return value === undefined ? [] : [{ path, value }];
}
