import { elementsOf } from './array-elements.ts';

/** A text as senders may have written it in a body: as it is, or with the escapes of JSON. */
export function needlesOf(text: string): readonly string[] {
  const quoted = JSON.stringify(text).slice(1, -1);
  const ascii = quoted.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const written = [text, quoted, ascii];
  // As PHP writes it.
  return [...new Set([...written, ...written.map((one) => one.replaceAll('/', '\\/'))])];
}

/** The same letters count as the same, as far as ASCII goes: which is how both databases compare bytes. */
const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function isAnyIn(text: string, needles: readonly string[]): boolean {
  const lower = lowerAscii(text);
  return needles.some((needle) => lower.includes(lowerAscii(needle)));
}

/** Whether one of them is in the part of a body that is an event; a body that is no list is one as a whole. */
export function partsWith(body: string, needles: readonly string[]): (item: number | null) => boolean {
  // Taken apart once, however many events are in it.
  const parts = elementsOf(body);
  return (item) => {
    const part = item === null ? undefined : parts?.[item];
    return part === undefined || isAnyIn(part, needles);
  };
}
