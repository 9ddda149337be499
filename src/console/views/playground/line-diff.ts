/** A line of either side; both where they agree. Numbers count from 1. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** Comparing more lines than this with each other would keep the page; then all of them are told as replaced. */
const comparedMax = 4_000_000;

/** What makes one text of the other, line by line. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const steps = [
    ...a.slice(0, start).map(() => 'same' as const),
    ...between(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(() => 'same' as const),
  ];
  return numbered(steps, a, b);
}

const linesOf = (text: string): readonly string[] => {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

type Kind = DiffLine['kind'];

function between(a: readonly string[], b: readonly string[]): readonly Kind[] {
  const replaced = (): readonly Kind[] => [...a.map(() => 'removed' as const), ...b.map(() => 'added' as const)];
  if (a.length === 0 || b.length === 0 || a.length * b.length > comparedMax) return replaced();
  const common = lengthsOfCommon(a, b);
  const width = b.length + 1;
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  const steps: Kind[] = [];
  let [row, column] = [0, 0];
  while (row < a.length || column < b.length) {
    if (row < a.length && column < b.length && a[row] === b[column]) {
      steps.push('same');
      row += 1;
      column += 1;
    } else if (column >= b.length || (row < a.length && at(row + 1, column) >= at(row, column + 1))) {
      steps.push('removed');
      row += 1;
    } else {
      steps.push('added');
      column += 1;
    }
  }
  return steps;
}

/** The longest common subsequence of what is left of both, from each pair of lines on. */
function lengthsOfCommon(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let row = a.length - 1; row >= 0; row -= 1)
    for (let column = b.length - 1; column >= 0; column -= 1) {
      const skipped = Math.max(lengths[(row + 1) * width + column] ?? 0, lengths[row * width + column + 1] ?? 0);
      const taken = (lengths[(row + 1) * width + column + 1] ?? 0) + 1;
      lengths[row * width + column] = a[row] === b[column] ? taken : skipped;
    }
  return lengths;
}

function numbered(steps: readonly Kind[], a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  let [before, after] = [0, 0];
  return steps.map((kind): DiffLine => {
    if (kind !== 'added') before += 1;
    if (kind !== 'removed') after += 1;
    const text = (kind === 'added' ? b[after - 1] : a[before - 1]) ?? '';
    return { kind, text, before: kind === 'added' ? null : before, after: kind === 'removed' ? null : after };
  });
}

const contextLines = 3;

/** The changed lines with some around them; null where lines are left out. */
export function excerpt(lines: readonly DiffLine[]): readonly (DiffLine | null)[] {
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - contextLines), index + contextLines + 1).some(({ kind }) => kind !== 'same');
  const shown: (DiffLine | null)[] = [];
  for (const [index, line] of lines.entries()) {
    if (isNear(index)) shown.push(line);
    else if (shown.at(-1) !== null) shown.push(null);
  }
  return shown;
}
