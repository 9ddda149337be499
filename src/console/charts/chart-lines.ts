/** One line of a chart, told apart by its pattern and its name, and by its colour besides. */
export interface ChartLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** A variable of the design, as in `--good`. */
  readonly colour: string;
  /** Lengths of strokes and gaps; empty for a whole line. */
  readonly dash: readonly number[];
  readonly isFilled: boolean;
  /** What all buckets together come to. */
  readonly total: string;
}

export interface ChartProps {
  readonly title: string;
  /** What it shows, for those who do not see it: `1,204 delivered, 3 dead`. */
  readonly summary: string;
  /** ISO times of the buckets. */
  readonly at: readonly string[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** Counts have no fractions. */
  readonly isWhole?: boolean;
}
