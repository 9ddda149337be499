import type { Report } from './report/report.ts';

/** How much is measured: `quick` shows that everything works, `full` gives figures to quote. */
export type Size = 'quick' | 'full';

export interface RunOptions {
  readonly size: Size;
  readonly seed: number;
  /** Of what a scenario compares, only what has one of these texts in its name; empty: all of it. */
  readonly only: readonly string[];
  /** Where gateways leave their CPU profiles. */
  readonly profileTo?: string | undefined;
}

export interface Scenario {
  readonly name: string;
  /** One line for the list of scenarios. */
  readonly about: string;
  run(options: RunOptions): Promise<Report>;
}

export const isChosen = ({ only }: RunOptions, name: string): boolean =>
  only.length === 0 || only.some((text) => name.includes(text));
