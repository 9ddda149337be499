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
  const repairs: Repair[] = [];
  let source = text;
  for (;;) {
    const document = parse(source);
    const found = [...document.errors, ...document.warnings].map((error) =>
      syntaxFault({ error, document, source, original: text }),
    );
    const [first, ...others] = found.filter((fault) => fault.structural);
    // What the parser says of a repair is not about anything the author wrote.
    const structural = [first, ...others].find((fault) => fault !== undefined && !isWithin(repairs, fault.offset));
    if (first === undefined) {
      const own = [...found, ...removeUnsupported(document, source)];
      const told = own.filter(({ offset }) => !isWithin(repairs, offset));
      return { faults: inOrder([...faults, ...told]), readable: { document, source } };
    }
    if (structural === undefined) return { faults: inOrder(faults) };
    faults.push(structural);
    const { repair } = structural;
    const next = repair === undefined ? source : repaired(source, repair);
    if (repair === undefined || next === source || faults.length > repairsMax) return { faults: inOrder(faults) };
    repairs.push(repair);
    source = next;
  }
}

const isWithin = (repairs: readonly Repair[], offset: number): boolean =>
  repairs.some(({ from, to }) => from <= offset && offset <= to);

/** YAML 1.2 core: unique keys, no merge keys, no tags of one's own. */
const parse = (source: string): Document =>
  parseDocument(source, { version: '1.2', schema: 'core', uniqueKeys: true, merge: false, prettyErrors: false });

const inOrder = (faults: readonly Fault[]): readonly Fault[] => faults.toSorted((a, b) => a.offset - b.offset);

const repaired = (source: string, { from, to, text }: Repair): string =>
  source.slice(0, from) + text + source.slice(to);
