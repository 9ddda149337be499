import type { ApiPath } from '../../../api-shapes/playground.ts';

const operators = ['and', 'or', 'in'];

/** A place of the body as an expression reads it, as in ``data.lines[0].`net total` ``. */
export function pathText(path: ApiPath): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${nameText(key)}`)).join('');
  return path.length === 0 ? '$$' : typeof path[0] === 'number' ? `$$${text}` : text.slice(1);
}

export const nameText = (key: string): string =>
  /^[A-Za-z_]\w*$/.test(key) && !operators.includes(key) ? key : `\`${key}\``;

/** What has to be typed behind `before`, the line up to the cursor, so that the value becomes this path. */
export function insertionOf(path: ApiPath, before: string): string {
  const text = pathText(path);
  if (/^\s*(-\s)?\s*[^#"'{[]*:$/.test(before) || /^\s*-$/.test(before)) return ` =${text}`;
  if (/(:|-)\s+$/.test(before)) return `=${text}`;
  return text;
}
