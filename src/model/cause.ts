/** What differs from one delivery to the next, the longer kinds first. */
const particulars: readonly (readonly [pattern: RegExp, stands: string])[] = [
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<email>'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ][\d:.]+Z?(?:[+-]\d\d:?\d\d)?)?/g, '<time>'],
  [/\b(?=\w*\d)(?=\w*[a-z])\w{8,}\b/gi, '<id>'],
  [/"[^"]{1,200}"/g, '"…"'],
  [/\d+(?:[.,]\d+)*/g, '<n>'],
];

const causeMax = 160;

/** A failure's message without ids, numbers, addresses and quoted values: equal for what went wrong in the same way. */
export function causeOf(message: string): string {
  const plain = particulars.reduce((text, [pattern, stands]) => text.replace(pattern, stands), message);
  return plain.slice(0, causeMax).toWellFormed();
}
