/** A word or sign of an expression, as JSONata's own lexer cuts the text; it tells only where each one ends. */
export interface Token {
  readonly kind: 'name' | 'quoted name' | 'variable' | 'text' | 'number' | 'pattern' | 'sign';
  readonly start: number;
  readonly end: number;
  /** What closes it is missing, so it takes up the rest of the expression. */
  readonly isOpen: boolean;
}

const blanks = /(?:[ \t\n\r\v]|\/\*[\s\S]*?\*\/)+/y;
const doubleSigns = /\.\.|:=|!=|>=|<=|\*\*|~>|\?:|\?\?/y;
const singleSigns = /[.[\]{}(),@#;:?+\-*/%|=<>^&!~]/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][-+]?\d+)?/y;
const word = /[^ \t\n\r\v.[\]{}(),@#;:?+\-*/%|=<>^&!~]+/y;

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    at += matchAt(blanks, text, at);
    if (at >= text.length) break;
    const token = tokenAt(text, at, mayBePattern(text, tokens.at(-1)));
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** After a value, `/` divides. */
function mayBePattern(text: string, last: Token | undefined): boolean {
  return last === undefined || (last.kind === 'sign' && !/[)\]}]/.test(text.charAt(last.start)));
}

function tokenAt(text: string, start: number, patternAllowed: boolean): Token {
  const first = text.charAt(start);
  const token = (kind: Token['kind'], length: number, isOpen = false): Token => ({
    kind,
    start,
    end: start + Math.max(length, 1),
    isOpen,
  });
  const closed = (kind: Token['kind'], end: number): Token =>
    end === -1 ? token(kind, text.length - start, true) : token(kind, end - start);
  if (text.startsWith('/*', start)) return token('sign', text.length - start, true);
  if (first === '/' && patternAllowed) return closed('pattern', endOfPattern(text, start));
  const sign = matchAt(doubleSigns, text, start) || matchAt(singleSigns, text, start);
  if (sign > 0) return token('sign', sign);
  if (first === '"' || first === "'") return closed('text', endOfText(text, start, first));
  const digits = matchAt(number, text, start);
  if (digits > 0) return token('number', digits);
  if (first === '`') return closed('quoted name', text.indexOf('`', start + 1) + 1 || -1);
  return token(first === '$' ? 'variable' : 'name', matchAt(word, text, start));
}

function endOfText(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return -1;
}

/** A slash within brackets or behind a backslash does not close a pattern. */
function endOfPattern(text: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '\\') at += 1;
    else if (/[([{]/.test(sign)) depth += 1;
    else if (/[)\]}]/.test(sign)) depth -= 1;
    else if (sign === '/' && depth === 0) return at + 1 + matchAt(/[im]*/y, text, at + 1);
  }
  return -1;
}
