import { type Spread, spreadOf } from '../measure/spread.ts';

/** What a scenario found: tables for people, and the same figures for machines. */
export interface Report {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** What has to be known to read the figures. */
  readonly notes: readonly string[];
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column {
  readonly key: string;
  readonly title: string;
  /** Behind the point. */
  readonly digits: number;
}

export interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, Spread>>;
}

/** Something that the gateway promises, beside what was measured. */
export type Goal = {
  readonly what: string;
  readonly measured: Spread;
  readonly unit?: string;
} & ({ readonly least: number } | { readonly most: number });

export const isMet = (goal: Goal): boolean =>
  'least' in goal ? goal.measured.median >= goal.least : goal.measured.median <= goal.most;

/** Without what could not be measured here: /proc is Linux's, and not every contender has everything. */
export const measuredOnly = ({ tables, goals, notes }: Report): Report => ({
  tables: tables.map(({ rows, ...table }) => ({
    ...table,
    rows: rows.map(({ name, figures }) => ({
      name,
      figures: Object.fromEntries(Object.entries(figures).filter(([, { median }]) => !Number.isNaN(median))),
    })),
  })),
  goals: goals.filter(({ measured }) => !Number.isNaN(measured.median)),
  notes,
});

/** Rows out of what each round measured, under the name of what was measured. */
export function rowsOf(rounds: readonly Measured[]): readonly Row[] {
  const names = [...new Set(rounds.map(({ name }) => name))];
  return names.map((name) => {
    const own = rounds.filter((round) => round.name === name).map(({ figures }) => figures);
    const keys = Object.keys(own[0] ?? {});
    return {
      name,
      figures: Object.fromEntries(keys.map((key) => [key, spreadOf(own.map((round) => round[key] ?? Number.NaN))])),
    };
  });
}

export interface Measured {
  readonly name: string;
  readonly round: number;
  readonly figures: Readonly<Record<string, number>>;
}

export const figureOf = (rounds: readonly Measured[], { name, key }: Figure): Spread =>
  spreadOf(rounds.flatMap((round) => (round.name === name ? [round.figures[key] ?? Number.NaN] : [])));

/** One figure by another, round by round: what shook one shook the other. */
export function ratioOf(rounds: readonly Measured[], one: Figure, other: Figure): Spread {
  const numbers = [...new Set(rounds.map(({ round }) => round))];
  const ratios = numbers.map((number) => {
    const own = rounds.filter(({ round }) => round === number);
    return figureOf(own, one).median / figureOf(own, other).median;
  });
  return spreadOf(ratios);
}

export interface Figure {
  readonly name: string;
  readonly key: string;
}
