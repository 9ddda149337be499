import { distance } from 'fastest-levenshtein';

/** A longer word is nobody's slip of the pen, and comparing it would cost the product of two lengths. */
const lengthMax = 100;
/** More names than this are no help; the nearest of them are. */
const listedMax = 12;

/** The known word a misspelt one most likely means: at most a third of its letters may differ, or two swapped ones. */
export function closest(word: string, known: readonly string[]): string | undefined {
  if (word.length > lengthMax) return undefined;
  const [best] = ranked(word, known);
  return best !== undefined && best.apart <= Math.max(word.length < 4 ? 1 : 2, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}

function ranked(word: string, known: readonly string[]): readonly { candidate: string; apart: number }[] {
  const lower = word.toLowerCase();
  return known
    .map((candidate) => ({ candidate, apart: distance(lower, candidate.toLowerCase()) }))
    .toSorted((a, b) => a.apart - b.apart);
}

export function didYouMean(
  word: string,
  known: readonly string[],
  format = (name: string): string => name,
): string | undefined {
  const match = closest(word, known);
  return match === undefined ? undefined : `did you mean ${format(match)}?`;
}

interface Suggestion {
  /** As in `known sources`. */
  readonly what: string;
  readonly format?: (name: string) => string;
  /** Where nothing is known at all. */
  readonly otherwise: string;
}

/** The name that was meant, or those there are; there is always something to say. */
export function suggest(word: string, known: readonly string[], { what, format, otherwise }: Suggestion): string {
  const meant = didYouMean(word, known, format);
  if (meant !== undefined) return meant;
  if (known.length === 0) return otherwise;
  const near =
    known.length <= listedMax ? known : ranked(word.slice(0, lengthMax), known).map((entry) => entry.candidate);
  const names = near.slice(0, listedMax).map((name) => format?.(name) ?? name);
  return `${what}: ${names.join(', ')}${known.length > listedMax ? ', …' : ''}`;
}
