import { Lexer } from 'yaml';
import type { Problem } from '../diagnostics/problem.ts';

/** A larger file is refused before the parser sees it: 1 MB of YAML blocks a process for seconds. */
export const fileBytesMax = 256 * 1024;
/** Deeper nesting is refused before the parser sees it: at 1,000 levels yaml 2.9 can abort the process. */
export const nestingMax = 64;

/** What must not even be parsed. */
export function refuseUnsafe(file: string, text: string): Problem | undefined {
  if (Buffer.byteLength(text) > fileBytesMax) {
    return {
      severity: 'error',
      code: 'yaml/too-large',
      message: `larger than ${fileBytesMax / 1024} KB`,
      at: { file, line: 1, column: 1 },
      hint: 'split it into several files; bodies for tests go into fixtures/*.json',
    };
  }
  const line = lineNestedTooDeep(text);
  if (line === undefined) return undefined;
  return {
    severity: 'error',
    code: 'yaml/too-deep',
    message: `nested deeper than ${nestingMax} levels`,
    at: { file, line, column: 1 },
    hint: 'close the brackets that are open, or indent the lines less',
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
