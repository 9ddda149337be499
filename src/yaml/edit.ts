import { type Document, isCollection, isMap, isNode, isPair, isSeq, type Node, parseDocument, stringify } from 'yaml';
import type { Path } from './node-offsets.ts';

/**
 * Changes to a YAML file that leave every other character as its author wrote it. The parsed document says where things
 * stand; writing it out again would move comments and quotes.
 */

/** Without the entry at `path`, the comment lines right above it included. The text itself where there is none. */
export function removeEntry(text: string, path: Path): string {
  const document = parseDocument(text);
  const parent = collectionAt(document, path.slice(0, -1));
  const entries = parent === undefined ? [] : entriesOf(parent);
  const index = entries.findIndex(({ name }) => name === String(path.at(-1)));
  const entry = entries[index];
  if (parent === undefined || entry === undefined) return text;
  const [from, to] = parent.flow === true ? flowSpan(entries, index) : blockSpan(text, entries, index);
  return text.slice(0, from) + text.slice(to);
}

/** With one more item at the end of the list at `path`; a list that is missing is made at the end of the file. */
export function appendItem(text: string, path: Path, item: unknown): string {
  return append(text, path, { rendered: [item], flow: onOneLine(item) });
}

/** With one more key at the end of the block at `path`. */
export function appendKey(text: string, path: Path, [key, value]: readonly [key: string, value: unknown]): string {
  const rendered = { [key]: value };
  return append(text, path, { rendered, flow: onOneLine(rendered).slice(1, -1).trim() });
}

interface Addition {
  /** The entry alone in a collection of its own, for block style. */
  readonly rendered: unknown;
  readonly flow: string;
}

function append(text: string, path: Path, { rendered, flow }: Addition): string {
  const document = parseDocument(text);
  const parent = collectionAt(document, path);
  const entries = parent === undefined ? [] : entriesOf(parent);
  const last = entries.at(-1);
  if (parent === undefined || last === undefined) return withCollection(text, document, { path, rendered });
  if (parent.flow === true) return insert(text, last.end, `, ${flow}`);
  const at = lineEnd(text, last.end);
  const [first, second] = entries;
  const between = first === undefined || second === undefined ? '\n\n' : text.slice(first.start, second.start);
  const blank = isSeq(parent) && /\n[ \t]*\r?\n/.test(between) ? '\n' : '';
  return insert(text, at, blank + block(rendered, columnOf(text, parent)));
}

/** Where there is no entry yet, the collection itself is written: in place of what is empty, or at the end of the file. */
function withCollection(
  text: string,
  document: Document,
  { path, rendered }: Pick<Addition, 'rendered'> & { path: Path },
): string {
  const key = String(path.at(-1));
  const node = document.getIn(path, true);
  if (!isNode(node) || !node.range) return insert(text, text.length, block({ [key]: rendered }, 0));
  const [start, end] = node.range;
  const indented = block(rendered, 2 * path.length).trimEnd();
  return `${text.slice(0, start).trimEnd()}${newline(text)}${withBreaks(text, indented)}${text.slice(end)}`;
}

interface Entry {
  readonly name: string;
  readonly start: number;
  /** Behind its last character, comments and line break not counted. */
  readonly end: number;
  /** Behind its line break. */
  readonly lineEnd: number;
}

type Collection = Extract<Node, { items: unknown[] }>;

function collectionAt(document: Document, path: Path): Collection | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isCollection(node) ? node : undefined;
}

function entriesOf(collection: Collection): readonly Entry[] {
  return collection.items.flatMap((item, index): Entry[] => {
    const [first, last] = isPair(item) ? [item.key, item.value ?? item.key] : [item, item];
    if (!isNode(first) || !isNode(last) || !first.range || !last.range) return [];
    const name = isMap(collection) ? String(first) : String(index);
    return [{ name, start: first.range[0], end: last.range[1], lineEnd: last.range[2] }];
  });
}

/** With the comma that parts it from its neighbour. */
function flowSpan(entries: readonly Entry[], index: number): readonly [number, number] {
  const [before, entry, after] = [entries[index - 1], entries[index], entries[index + 1]];
  if (entry === undefined) return [0, 0];
  if (after !== undefined) return [entry.start, after.start];
  return [before?.end ?? entry.start, entry.end];
}

/** Whole lines, from its comments on, with the blank lines that part it from the entry before it or else after it. */
function blockSpan(text: string, entries: readonly Entry[], index: number): readonly [number, number] {
  const entry = entries[index];
  if (entry === undefined) return [0, 0];
  const [isFirst, isOnly] = [index === 0, entries.length === 1];
  let from = text.lastIndexOf('\n', entry.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(from))?.[0] ?? '';
  while (lineBefore(text, from).startsWith(`${indent}#`)) from -= lineBefore(text, from).length;
  while (!isFirst && from > 0 && lineBefore(text, from).trim() === '') from -= lineBefore(text, from).length;
  let to = lineEnd(text, entry.lineEnd);
  while (isFirst && !isOnly && /^[ \t]*\r?\n/.test(text.slice(to))) to = text.indexOf('\n', to) + 1;
  return [from, to];
}

/** The line that ends where another one starts, with its break. */
const lineBefore = (text: string, start: number): string =>
  start === 0 ? '' : text.slice(text.lastIndexOf('\n', start - 2) + 1, start);

/** The start of the next line, or the end of the text; with nothing but blanks before it, a line has not begun yet. */
function lineEnd(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  if (text.slice(start, offset).trim() === '') return start;
  const at = text.indexOf('\n', offset);
  return at === -1 ? text.length : at + 1;
}

function columnOf(text: string, collection: Collection): number {
  const start = collection.range?.[0] ?? 0;
  return start - (text.lastIndexOf('\n', start - 1) + 1);
}

const style = { lineWidth: 0, version: '1.2', schema: 'core' } as const;

/** A value as it is written on one line. */
export const onOneLine = (value: unknown): string => stringify(value, { ...style, collectionStyle: 'flow' }).trim();

function block(value: unknown, column: number): string {
  const rendered = stringify(value, style);
  return rendered.replaceAll(/^(?=.)/gm, ' '.repeat(column));
}

function insert(text: string, at: number, added: string): string {
  const apart = added.startsWith(', ') || at === 0 || text[at - 1] === '\n' ? '' : '\n';
  return text.slice(0, at) + withBreaks(text, apart + added) + text.slice(at);
}

const newline = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

const withBreaks = (text: string, added: string): string => added.replaceAll('\n', newline(text));
