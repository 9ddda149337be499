import type { Document, YAMLError } from 'yaml';
import type { DiagnosticCode } from '../diagnostics/catalogue.ts';
import { type Entry, entryAt, indentOf, lineAt, nextLine, previousLine, startsWithKey } from './line-at.ts';

/** A stretch of the file, as offsets. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Text of the same length to put in a place, so that every other character keeps its own. */
export interface Repair extends Span {
  readonly text: string;
}

/** Something that keeps a text from being the YAML we take. */
export interface Fault {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
  /** What it spoils: whatever else is wrong there follows from it. */
  readonly spoils: readonly Span[];
  /** The parser has lost its way: what it says of the text behind may not be true. */
  readonly structural: boolean;
  /** Lets the parser go on behind a structural fault. */
  readonly repair?: Repair | undefined;
}

/** What the parser complained of, and the text it read. */
export interface Complaint {
  readonly error: YAMLError;
  readonly document: Document;
  readonly source: string;
  /** As the author wrote it, which is what a hint may quote: in `source` what was wrong before has been repaired. */
  readonly original: string;
}

/** What a complaint comes from; what is not said is as the parser says it. */
export type Explanation = Partial<Fault> & Pick<Fault, 'code' | 'hint'>;

/** The whole lines between two offsets. */
export function linesOf(source: string, from: number, to = from): Span {
  return { from: lineAt(source, from).start, to: lineAt(source, Math.max(from, to)).end };
}

/** A harmless value instead. It is an expression, because some keys take nothing else. */
export function repairOf(source: string, { from, to }: Span): Repair {
  const text = source.slice(from, to);
  const harmless = text.length < 2 ? 'x'.repeat(text.length) : `=$${text.slice(2).replace(/[^\r\n]/g, ' ')}`;
  return { from, to, text: harmless };
}

/** A harmless entry instead, where a block of keys goes on; undefined where there is no room for one. */
export function entryRepairOf(source: string, { from, to }: Span, name?: string): Repair | undefined {
  // Without a name of its own it has one that no other entry has.
  const key = `${name ?? `x${source.slice(0, from).split('\n').length}`}:`;
  const blank = source.slice(from, to).replace(/[^\r\n]/g, ' ');
  return blank.startsWith(' '.repeat(key.length)) ? { from, to, text: key + blank.slice(key.length) } : undefined;
}

/** True for the first sign of a line that stands among the keys of a block, and is not the value of the one above. */
export function isAmongKeys(source: string, offset: number): boolean {
  const line = lineAt(source, offset);
  const own = indentOf(line.text);
  if (line.start + own !== offset) return false;
  const [above, below] = [previousLine(source, line), nextLine(source, line)];
  const isBesideKey = below !== undefined && indentOf(below.text) >= own && startsWithKey.test(below.text);
  return above === undefined || indentOf(above.text) >= own || isBesideKey;
}

/** Everything up to the end of the line but the brackets that close there. */
export function restOfLine(source: string, from: number): Repair {
  const { end } = lineAt(source, from);
  const closing = entryAt(source, from)?.isInBrackets === true ? /[\s}\]]*$/.exec(source.slice(from, end)) : null;
  return repairOf(source, { from, to: end - (closing?.[0].length ?? 0) });
}

export const wholeValue = (source: string, { valueStart, value }: Entry): Repair =>
  repairOf(source, { from: valueStart, to: valueStart + value.length });
