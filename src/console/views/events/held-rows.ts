/** Something in a list that grows at its top. */
export interface Listed {
  readonly id: string;
}

export interface Rows<R> {
  /** What is shown. */
  readonly shown: readonly R[];
  /** What has come since, newest first; it is shown when asked for, and never pushes what is read out of sight. */
  readonly held: readonly R[];
  /** Between what is held and what is shown may be more than was looked at. */
  readonly hasGap: boolean;
}

/** The newest page again: what is shown changes in its place, and what is new is held back. */
export function withNewest<R extends Listed>({ shown }: Rows<R>, newest: readonly R[]): Rows<R> {
  if (shown.length === 0) return { shown: newest, held: [], hasGap: false };
  const known = new Set(shown.map(({ id }) => id));
  const byId = new Map(newest.map((row) => [row.id, row]));
  const meets = newest.findIndex(({ id }) => known.has(id));
  return {
    shown: shown.map((row) => byId.get(row.id) ?? row),
    held: meets === -1 ? newest : newest.slice(0, meets),
    hasGap: meets === -1 && newest.length > 0,
  };
}

/** An older page at the end; what is there already is not repeated. */
export function withOlder<R extends Listed>(rows: Rows<R>, older: readonly R[]): Rows<R> {
  const known = new Set(rows.shown.map(({ id }) => id));
  return { ...rows, shown: [...rows.shown, ...older.filter(({ id }) => !known.has(id))] };
}

/** What was held is shown; undefined where there is a gap, and the list has to be asked for anew. */
export const released = <R extends Listed>({ shown, held, hasGap }: Rows<R>): Rows<R> | undefined =>
  hasGap ? undefined : { shown: [...held, ...shown], held: [], hasGap: false };
