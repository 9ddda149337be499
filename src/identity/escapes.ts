/** How text may be wrapped: a URL in JSON in a string of JSON is three. */
const depthMax = 3;

/** `latin1` for bytes of whatever meaning that were read one by one. */
type Encoding = 'utf8' | 'latin1';

/** A text as it stands, and then with one layer after the other of JSON's and of URLs' escapes taken off. */
export function readingsOf(text: string, encoding: Encoding = 'utf8'): readonly string[] {
  const readings = [text];
  for (let last = text; readings.length <= depthMax; readings.push(last)) {
    const next = unescaped(last, encoding);
    if (next === last) break;
    last = next;
  }
  return readings;
}

const escapes = /\\u[0-9a-f]{4}|\\["\\/bfnrt]|(?:%[0-9a-f]{2})+/gi;

const unescaped = (text: string, encoding: Encoding): string =>
  text.includes('\\') || text.includes('%') ? text.replace(escapes, (written) => meaningOf(written, encoding)) : text;

function meaningOf(written: string, encoding: Encoding): string {
  if (written.startsWith('%')) return Buffer.from(written.replaceAll('%', ''), 'hex').toString(encoding);
  if (written.length === 2) return /["\\/]/.test(written.charAt(1)) ? written.charAt(1) : ' ';
  return Buffer.from(String.fromCharCode(Number.parseInt(written.slice(2), 16))).toString(encoding);
}
