/** A longer line is shown in parts: the browser lays out a line of a megabyte for seconds. */
export const lineLengthMax = 400;

/** The lines of a text, none of them too long to be laid out at once. */
export function textLines(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/).flatMap((line) => {
    if (line.length <= lineLengthMax) return [line];
    return Array.from({ length: Math.ceil(line.length / lineLengthMax) }, (_, part) =>
      line.slice(part * lineLengthMax, (part + 1) * lineLengthMax),
    );
  });
}

/** Control characters and what turns the reading direction, made visible: a payload does not decide how the page looks. */
export const visibleText = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\t' ? '  ' : '\ufffd'));
