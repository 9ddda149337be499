import type { Json } from '../../model/json.ts';

/** One line of a tree of JSON. */
export interface TreeRow {
  /** As JSON, so that no name can look like another path. */
  readonly id: string;
  readonly path: readonly (string | number)[];
  /** Name or index; null for the whole. */
  readonly key: string | number | null;
  readonly value: Json | undefined;
  readonly depth: number;
  /** Members or elements below it; 0 for everything that cannot be opened. */
  readonly size: number;
  readonly isOpen: boolean;
  /** Its place among its siblings, counted from 1, and how many they are. */
  readonly position: number;
  readonly siblings: number;
}

type Entry = readonly [key: string | number, value: Json | undefined];

export const pathId = (path: readonly (string | number)[]): string => JSON.stringify(path);

export const typeOf = (value: Json | undefined): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};

function entriesOf(value: Json | undefined): readonly Entry[] {
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? value.map((element, index): Entry => [index, element]) : Object.entries(value);
}

const sizeOf = (value: Json | undefined): number => {
  if (typeof value !== 'object' || value === null) return 0;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
};

/** Containers up to this many lines below them are open at first, so that usual bodies are seen at once. */
const openLinesMax = 400;
const openDepthMax = 6;
/** What is nested deeper is opened by hand: a body of brackets alone must not keep the page for minutes. */
const allDepthMax = 1_000;

/**
 * The lines that are seen, in order. `turned` are the ids of those whose state is not what it is at first. It walks with
 * a stack of its own: a body nested a thousand deep must not end ours.
 */
export function treeRows(root: Json, turned: ReadonlySet<string>, areAllOpen = false): readonly TreeRow[] {
  const isOpenAtFirst = areAllOpen ? (depth: number) => depth < allDepthMax : openAtFirst(root);
  const rows: TreeRow[] = [];
  const waiting: Omit<TreeRow, 'id' | 'size' | 'isOpen'>[] = [
    { path: [], key: null, value: root, depth: 0, position: 1, siblings: 1 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, value, depth } = next;
    const id = pathId(path);
    const size = sizeOf(value);
    const isOpen = size > 0 && isOpenAtFirst(depth) !== turned.has(id);
    rows.push({ ...next, id, size, isOpen });
    if (!isOpen) continue;
    const entries = entriesOf(value);
    for (let index = entries.length - 1; index >= 0; index -= 1) {
      const entry = entries[index];
      if (entry === undefined) continue;
      const [key, child] = entry;
      waiting.push({
        path: [...path, key],
        key,
        value: child,
        depth: depth + 1,
        position: index + 1,
        siblings: entries.length,
      });
    }
  }
  return rows;
}

/** As many levels as fit into the first lines, at most a few. */
function openAtFirst(root: Json): (depth: number) => boolean {
  let level: readonly (Json | undefined)[] = [root];
  let lines = 1;
  let levels = 0;
  while (levels < openDepthMax && level.length > 0) {
    const next: (Json | undefined)[] = [];
    for (const value of level) {
      if (lines + next.length + sizeOf(value) > openLinesMax) return (depth) => depth < Math.max(1, levels);
      for (const [, child] of entriesOf(value)) next.push(child);
    }
    lines += next.length;
    level = next;
    levels += 1;
  }
  return (depth) => depth < levels;
}

const nameOnly = /^[A-Za-z_][\w]*$/;

/** As a mapping writes it: `data.object.items[0]."odd name"`. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = nameOnly.test(key) ? key : `\`${key}\``;
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}

const shownMax = 300;

/** What is shown of a value on its line; a long text is cut, for the whole of it can be copied. */
export function valueText(value: Json | undefined): string {
  if (typeof value !== 'object' || value === null) {
    const text = JSON.stringify(value) ?? '';
    return text.length > shownMax ? `${text.slice(0, shownMax)}… (${text.length} characters)` : text;
  }
  const size = sizeOf(value);
  return Array.isArray(value) ? `[${size}]` : `{${size}}`;
}

const whole = { members: 12, length: 160 };

/** A value for a line of its own: what is small is written out whole. */
export function briefText(value: Json | undefined): string {
  // Told by its members first, because writing out a large one only to see that takes as long as it is large.
  if (typeof value !== 'object' || value === null || !hasFewMembers(value)) return valueText(value);
  const text = JSON.stringify(value);
  return text.length > whole.length ? valueText(value) : text;
}

function hasFewMembers(value: Json): boolean {
  const waiting: (Json | undefined)[] = [value];
  for (let count = 0; waiting.length > 0; count += 1) {
    if (count > whole.members || waiting.length > whole.members) return false;
    const next = waiting.pop();
    if (sizeOf(next) > whole.members) return false;
    for (const [, child] of entriesOf(next)) waiting.push(child);
  }
  return true;
}
