/** What differs from one delivery to the next, the longer kinds first. */
const particulars: readonly (readonly [pattern: RegExp, stands: string])[] = [
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<email>'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ][\d:.]+Z?(?:[+-]\d\d:?\d\d)?)?/g, '<time>'],
  [/\b(?=\w*\d)(?=\w*[a-z])\w{8,}\b/gi, '<id>'],
  [/\d+(?:[.,]\d+)*/g, '<n>'],
];

/** What is quoted, with the key before it where that says it is an explanation, and the colon after it of a key itself. */
const quoted = /("(?:error|code|message|reason|detail|title|description|type)"\s*:\s*)?"([^"]{1,200})"(\s*:)?/gi;
/** So many words in quotes are a sentence and no name. */
const wordsOfSentence = 3;

/** More of a message is not looked at. */
const readMax = 1_000;
const causeMax = 160;

/**
 * A failure's message without ids, numbers, addresses and quoted values: equal for what went wrong in the same way. What
 * explains stays, also where an answer in JSON quotes it.
 */
export function causeOf(message: string): string {
  const plain = particulars.reduce(
    (text, [pattern, stands]) => text.replace(pattern, stands),
    message.slice(0, readMax),
  );
  const told = plain.replace(quoted, (all: string, ...groups: readonly (string | undefined)[]) => {
    const [key, text = '', colon] = groups;
    const explains = key !== undefined || colon !== undefined || text.split(/\s+/).length >= wordsOfSentence;
    return explains ? all : '"…"';
  });
  return told.slice(0, causeMax).toWellFormed();
}
