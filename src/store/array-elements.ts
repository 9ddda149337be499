/** The elements of a JSON array as text: what is left of a body stays byte for byte what its sender wrote. */

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Undefined for what is no array. The text is valid JSON: only such bodies have elements that are events. */
export function elementsOf(text: string): readonly string[] | undefined {
  return spansOf(text)?.map(({ start, end }) => text.slice(start, end).trim());
}

/** The array with `null` in these places, so that every other element keeps its own. */
export function withoutElements(text: string, items: ReadonlySet<number>): string {
  const spans = spansOf(text) ?? [];
  let [result, from] = ['', 0];
  for (const [index, { start, end }] of spans.entries()) {
    if (!items.has(index)) continue;
    result += `${text.slice(from, start)}null`;
    from = end;
  }
  return result + text.slice(from);
}

/** From each bracket or comma of the array itself to the next. */
function spansOf(text: string): readonly Span[] | undefined {
  const open = text.search(/\S/);
  if (text.charAt(open) !== '[') return undefined;
  const spans: Span[] = [];
  let [depth, start] = [0, open + 1];
  for (const { index, 0: token } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/gs)) {
    if (token === '[' || token === '{') depth += 1;
    if (token === ']' || token === '}') depth -= 1;
    if ((token === ',' && depth === 1) || (token === ']' && depth === 0)) {
      spans.push({ start, end: index });
      start = index + 1;
    }
  }
  return spans;
}
