/**
 * PostgreSQL's text holds every character but NUL. Senders may send it, so it is written as an escape and read back as it
 * was. `escaping` is a control character that means just this and hardly ever occurs, so nearly every text is stored as it
 * is. Half a character has no place in UTF-8 at all, and is replaced, as SQLite does it.
 */
const escaping = '\u0010';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the very characters that do not get through.
const unstorable = /[\u0000\u0010]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above.
const escaped = /\u0010([0-9a-f]{4})/g;

export function toStored(text: string): string {
  const whole = text.toWellFormed();
  // Far cheaper than the search, and almost always the end of it.
  if (!whole.includes('\0') && !whole.includes(escaping)) return whole;
  return whole.replace(unstorable, (unit) => escaping + unit.charCodeAt(0).toString(16).padStart(4, '0'));
}

export const fromStored = (text: string): string =>
  text.includes(escaping)
    ? text.replace(escaped, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;

/** A parameter as it is sent: texts escaped, also in arrays; nothing else is changed. */
export function toParameter(value: unknown): unknown {
  if (typeof value === 'string') return toStored(value);
  return Array.isArray(value) ? value.map(toParameter) : value;
}

/** Rows as one JSON parameter for `json_to_recordset`, with every text in them escaped. */
export function toRecords(rows: readonly object[]): string {
  const json = JSON.stringify(rows);
  // What JSON writes as an escape is all that may have to be escaped.
  return /\\u(0000|0010|d[89a-f])/.test(json) ? JSON.stringify(rows, (_, value) => toParameter(value)) : json;
}
