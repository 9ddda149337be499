/**
 * A row as every driver can store it: half a character (a lone surrogate) has no place in UTF-8, and is replaced before
 * anything is made of the row, so that what its digest covers is what is stored.
 */
export function wellFormed<Row extends object>(row: Row): Row {
  const isHalf = (value: unknown): boolean => typeof value === 'string' && !value.isWellFormed();
  if (!Object.values(row).some(isHalf)) return row;
  const members = Object.entries(row).map(([name, value]) => [name, isHalf(value) ? value.toWellFormed() : value]);
  return Object.fromEntries(members) as Row;
}
