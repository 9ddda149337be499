import { type Document, isMap, isNode, isPair, isScalar, type Node, type Pair, type Scalar } from 'yaml';
import { scalarOffsets } from './scalar-offsets.ts';

export type Path = readonly PropertyKey[];

/** Where the value at a path starts; where it is missing, the nearest thing around it. */
export function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
    // A key without a value (`when:`) has a null node without range in some positions: its key is the place.
    const key = length > 0 ? keyNode(document, path.slice(0, length)) : undefined;
    if (key?.range) return key.range[0];
  }
  return 0;
}

export function keyOffsetOf(document: Document, path: Path): number {
  return keyNode(document, path)?.range?.[0] ?? offsetOf(document, path);
}

function keyNode(document: Document, path: Path): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const name = path.at(-1);
  const pair = parent.items.find(
    (item: Pair) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(name),
  );
  return isNode(pair?.key) ? pair.key : undefined;
}

export function scalarAt(document: Document, path: Path): Scalar | undefined {
  const node = document.getIn(path, true);
  return isScalar(node) ? node : undefined;
}

/** Where a character of the text at a path stands; beyond the text's end, the place right behind it. */
export function offsetInText(document: Document, source: string, { path, offset }: InText): number {
  const scalar = scalarAt(document, path);
  if (scalar === undefined) return offsetOf(document, path);
  const offsets = scalarOffsets(scalar, source) ?? [];
  return offsets[offset] ?? endOf(scalar, offsets);
}

interface InText {
  readonly path: Path;
  readonly offset: number;
}

function endOf({ range, type }: Scalar, offsets: readonly number[]): number {
  const start = range?.[0] ?? 0;
  const end = range?.[1] ?? start;
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return end - 1;
  return type === 'PLAIN' ? end : (offsets.at(-1) ?? start);
}
