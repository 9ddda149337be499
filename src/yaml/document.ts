import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import type { Position } from '../model/error.ts';
import type { Problem } from './problem.ts';
import { scalarOffsets } from './scalar-offsets.ts';

/** A larger file is refused before the parser sees it: 1 MB of YAML blocks a process for seconds. */
export const fileBytesMax = 256 * 1024;
/** Deeper nesting is refused before the parser sees it: at 1,000 levels yaml 2.9 can abort the process. */
export const nestingMax = 64;

export type Path = readonly PropertyKey[];

/** A YAML file that parsed, with the way back from a value to the place where it stands. */
export interface YamlFile {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** Where the value at `path` starts; where it is missing, the nearest thing around it. */
  positionOf(path: Path): Position;
  /** Where the key of the pair at `path` starts. */
  positionOfKey(path: Path): Position;
  /** Where a character of the text at `path` stands, in whatever style it is written; beyond its end: the end. */
  positionInText(path: Path, offset: number): Position;
}

export type ParsedYaml =
  | { readonly ok: true; readonly yaml: YamlFile }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** YAML 1.2 core: unique keys, no aliases, no merge keys, no tags of one's own. */
export function parseYaml(file: string, text: string): ParsedYaml {
  const unsafe = refuseUnsafe(file, text);
  if (unsafe !== undefined) return { ok: false, problems: [unsafe] };
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    merge: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const at = (offset: number): Position => positionAt(file, lines, offset);
  const problems = [...document.errors, ...document.warnings].map(
    (fault): Problem => ({
      severity: 'error',
      code: `yaml/${fault.code.toLowerCase().replaceAll('_', '-')}`,
      message: fault.message,
      at: at(fault.pos[0]),
    }),
  );
  if (problems.length > 0) return { ok: false, problems };
  const unsupported = unsupportedNodes(document).map(
    ({ node, ...problem }): Problem => ({
      severity: 'error',
      at: at(node.range?.[0] ?? 0),
      ...problem,
    }),
  );
  if (unsupported.length > 0) return { ok: false, problems: unsupported };
  return {
    ok: true,
    yaml: {
      file,
      text,
      value: document.toJS(),
      positionOf: (path) => at(offsetOf(document, path)),
      positionOfKey: (path) => at(keyOffsetOf(document, path)),
      positionInText: (path, offset) => at(offsetInText(document, text, { path, offset })),
    },
  };
}

interface UnsupportedNode extends Pick<Problem, 'code' | 'message' | 'hint'> {
  readonly node: Node;
}

function unsupportedNodes(document: Document): readonly UnsupportedNode[] {
  const found: UnsupportedNode[] = [];
  visit(document, {
    Alias: (_, node) => {
      const message = `aliases (*${node.source}) are not supported`;
      found.push({ node, code: 'yaml/alias', message, hint: 'write the value out where it is used' });
    },
    Pair: (_, { key }) => {
      if (isCollection(key)) found.push({ node: key, code: 'yaml/complex-key', message: 'a key must be a plain text' });
    },
  });
  return found;
}

function refuseUnsafe(file: string, text: string): Problem | undefined {
  const at = { file, line: 1, column: 1 };
  if (Buffer.byteLength(text) > fileBytesMax) {
    return {
      severity: 'error',
      code: 'yaml/too-large',
      message: `larger than ${fileBytesMax / 1024} KB`,
      at,
      hint: 'split it into several files',
    };
  }
  const line = lineNestedTooDeep(text);
  if (line === undefined) return undefined;
  return {
    severity: 'error',
    code: 'yaml/too-deep',
    message: `nested deeper than ${nestingMax} levels`,
    at: { file, line, column: 1 },
  };
}

/**
 * Scans without recursion, before anything recurses: catching a stack overflow is not a defence. The parser's own lexer
 * tells which brackets nest and which are text; a block level costs at least one character of indentation or a `- `.
 */
function lineNestedTooDeep(text: string): number | undefined {
  const indented = text.split('\n').findIndex((line) => (/^[\s?:-]*/.exec(line)?.[0].length ?? 0) > nestingMax * 4);
  if (indented !== -1) return indented + 1;
  let depth = 0;
  let line = 1;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth = Math.max(0, depth - 1);
    else line += token.split('\n').length - 1;
    if (depth > nestingMax) return line;
  }
  return undefined;
}

function positionAt(file: string, lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
    // A key without a value (`when:`) has a null node without range in some positions: its key is the place.
    const key = length > 0 ? keyNode(document, path.slice(0, length)) : undefined;
    if (key?.range) return key.range[0];
  }
  return 0;
}

function offsetInText(
  document: Document,
  text: string,
  { path, offset }: { readonly path: Path; readonly offset: number },
): number {
  const start = offsetOf(document, path);
  const node = document.getIn(path, true);
  if (!isScalar(node)) return start;
  const offsets = scalarOffsets(node, text) ?? [];
  return offsets[offset] ?? offsets.at(-1) ?? start;
}

function keyOffsetOf(document: Document, path: Path): number {
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
