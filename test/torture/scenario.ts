/** What every scenario of the torture suite is: named sizes, a run that is bounded, and goals that are held or missed. */

export const sizeNames = ['ci', 'release'] as const;
export type SizeName = (typeof sizeNames)[number];

/** Numbers by name; `docs/torture.md` lists them. */
export type Size = Readonly<Record<string, number>>;

/** As in `kills 25, senders 16`. */
export const sizeInWords = (size: Size): string =>
  Object.entries(size)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');

export interface Context<S extends Size> {
  readonly size: S;
  /** All that is drawn is drawn from it, so that a run can be repeated as far as a machine's timing allows. */
  readonly seed: number;
}

/** One thing that has to hold, with what was measured. */
export interface Goal {
  readonly name: string;
  /** As in `<= 250 ms`. */
  readonly limit: string;
  readonly measured: number;
  readonly ok: boolean;
}

export interface Report {
  readonly goals: readonly Goal[];
  /** What else is worth knowing of the run. */
  readonly figures: Readonly<Record<string, unknown>>;
}

export interface Scenario<S extends Size = Size> {
  /** That of its file. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  /** `ci` for every change on two cores, `release` by hand. */
  readonly sizes: Readonly<Record<SizeName, S>>;
  /** Throws only when the machine cannot run it. Leaves no process and no file behind. */
  run(context: Context<S>): Promise<Report>;
}

export const defineScenario = <S extends Size>(scenario: Scenario<S>): Scenario<S> => scenario;

export const atMost = (name: string, measured: number, limit: number, unit = ''): Goal =>
  goal(name, measured, { limit: `<= ${limit} ${unit}`, ok: measured <= limit });

export const atLeast = (name: string, measured: number, limit: number, unit = ''): Goal =>
  goal(name, measured, { limit: `>= ${limit} ${unit}`, ok: measured >= limit });

export const exactly = (name: string, measured: number, expected: number): Goal =>
  goal(name, measured, { limit: `= ${expected}`, ok: measured === expected });

export const none = (name: string, measured: number): Goal => exactly(name, measured, 0);

const goal = (
  name: string,
  measured: number,
  { limit, ok }: { readonly limit: string; readonly ok: boolean },
): Goal => ({
  name,
  limit: limit.trim(),
  measured: Math.round(measured * 1_000) / 1_000,
  ok,
});
