import { type Document, parseDocument } from 'yaml';
import type { Fault, Repair } from './fault.ts';
import { syntaxFault } from './syntax-faults.ts';
import { removeUnsupported } from './unsupported-nodes.ts';

/** After so many structural faults the file is something else than YAML, and every repair costs another parse. */
const repairsMax = 10;

export interface Parsed {
  readonly faults: readonly Fault[];
  /** What there is to read beside the faults; absent where the parser lost its way for good. */
  readonly readable?: { readonly document: Document; readonly source: string };
}

/**
 * Parses, and where the structure breaks puts something harmless there and parses again: so every fault is told, and
 * none that only follows from another.
 */
export function parseAround(text: string): Parsed {
  const faults: Fault[] = [];
  // What was put in place of a fault is nobody's mistake.
  const repairs: Repair[] = [];
  const isOurs = ({ offset }: Fault): boolean => repairs.some(({ from, to }) => offset >= from && offset < to);
  let source = text;
  for (;;) {
    const document = parse(source);
    const found = [...document.errors, ...document.warnings]
      .map((error) => syntaxFault({ error, document, source }))
      .filter((fault) => !isOurs(fault));
    const structural = found.find((fault) => fault.structural);
    if (structural === undefined) {
      const unsupported = removeUnsupported(document, source);
      return { faults: inOrder([...faults, ...found, ...unsupported]), readable: { document, source } };
    }
    faults.push(structural);
    const next = repaired(source, structural.repair);
    if (next === source || faults.length > repairsMax) return { faults: inOrder(faults) };
    if (structural.repair !== undefined) repairs.push(structural.repair);
    source = next;
  }
}

/** YAML 1.2 core: unique keys, no merge keys, no tags of one's own. */
const parse = (source: string): Document =>
  parseDocument(source, { version: '1.2', schema: 'core', uniqueKeys: true, merge: false, prettyErrors: false });

const inOrder = (faults: readonly Fault[]): readonly Fault[] => faults.toSorted((a, b) => a.offset - b.offset);

const repaired = (source: string, repair: Repair | undefined): string =>
  repair === undefined ? source : source.slice(0, repair.from) + repair.text + source.slice(repair.to);
