import type { Database } from 'better-sqlite3';

/** What is on its way to a destination for one person. */
interface PersonLine {
  readonly destination: string;
  readonly person: string;
}

/** By the index delivery_of_person. */
export const onTheWay = "destination = @destination and person = @person and status in ('pending', 'in_flight')";

/** By the index delivery_in_front, whatever stands behind. */
const inFront = "destination = @destination and person = @person and status = 'pending' and is_behind = 0";

export function lineStatements(db: Database) {
  return {
    renamePerson: db.prepare<PersonLine & { readonly formerly: string }>(
      `update delivery set person = @person where ${onTheWay.replace('@person', '@formerly')}`,
    ),
    isOnTheWay: db.prepare<PersonLine, 1>(`select 1 from delivery where ${onTheWay} limit 1`).pluck(),
    /** Only the first of a person's line may go; the second statement lets it. What is under way stays so. */
    putBehind: db.prepare<PersonLine>(`
      update delivery set is_behind = 1
      where ${inFront}
        and seq > (select min(seq) from delivery where ${onTheWay})`),
    putInFront: db.prepare<PersonLine>(`
      update delivery set is_behind = 0
      where seq = (select min(seq) from delivery where ${onTheWay}) and is_behind = 1`),
  };
}
