/**
 * Finds regular expressions that can take exponential time: a repetition whose body can match the same text in more ways
 * than one. JSONata's own time limit does not stop a match, and senders choose the text.
 *
 * It errs on the side of silence: constructs it does not know match nothing here, so they never overlap.
 */

/** ASCII by character, and one place for everything beyond. */
type Characters = ReadonlySet<number>;
const beyond = 128;
const everything = Array.from({ length: beyond + 1 }, (_, code) => code);

interface Item {
  /** What may stand at this place; for a group, all that may stand in it. */
  readonly characters: Characters;
  readonly alternatives?: readonly (readonly Item[])[];
  readonly isOptional: boolean;
  readonly isUnbounded: boolean;
}

export function isRisky(source: string): boolean {
  const { alternatives } = new Reader(source).readAlternatives();
  return alternatives.flat().some(isRiskyItem);
}

function isRiskyItem({ alternatives, isUnbounded }: Item): boolean {
  if (alternatives === undefined) return false;
  if (isUnbounded && (alternatives.some(repeatsItself) || alternativesOverlap(alternatives))) return true;
  return alternatives.flat().some(isRiskyItem);
}

/** `(a+)+`, `(\w+\s?)*`: a repetition inside, and nothing that must stand between two of its turns. */
function repeatsItself(alternative: readonly Item[]): boolean {
  const items = alternative.flatMap(withoutGroup);
  return items.some(
    (repeated, index) =>
      repeated.isUnbounded &&
      items.every(
        (other, place) => place === index || other.isOptional || overlap(other.characters, repeated.characters),
      ),
  );
}

/** A group that is there once is what is in it. */
function withoutGroup(item: Item): readonly Item[] {
  const [only, ...others] = item.alternatives ?? [];
  const isOnce = only !== undefined && others.length === 0 && !item.isOptional && !item.isUnbounded;
  return isOnce ? only.flatMap(withoutGroup) : [item];
}

/** `(\w|\d)+`: two ways to take the same character. */
function alternativesOverlap(alternatives: readonly (readonly Item[])[]): boolean {
  const single = alternatives.flatMap((items) => (items.length === 1 ? items : []));
  return single.some((one, index) =>
    single.slice(index + 1).some((other) => overlap(one.characters, other.characters)),
  );
}

const overlap = (one: Characters, other: Characters): boolean => [...one].some((code) => other.has(code));

const union = (sets: readonly Characters[]): Characters => new Set(sets.flatMap((set) => [...set]));

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  readAlternatives(): { readonly alternatives: readonly (readonly Item[])[] } {
    const alternatives: Item[][] = [[]];
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
      if (this.#source[this.#at] === '|') {
        this.#at += 1;
        alternatives.push([]);
      } else {
        const item = this.#readItem();
        if (item !== undefined) alternatives.at(-1)?.push(item);
      }
    }
    return { alternatives };
  }

  /** One place of the text and how often it may repeat; undefined for what takes no place, such as `^`. */
  #readItem(): Item | undefined {
    const sign = this.#source.charAt(this.#at);
    if (sign === '^' || sign === '$' || this.#take(/\\[bB]/y) !== undefined) {
      if (sign !== '\\') this.#at += 1;
      return undefined;
    }
    if (sign === '(') return this.#readGroup();
    return { characters: this.#readCharacters(), ...this.#readQuantifier() };
  }

  #readGroup(): Item | undefined {
    const opening = this.#take(/\((?:\?(?:[:=!]|<[=!]|<\w+>))?/y) ?? '';
    const { alternatives } = this.readAlternatives();
    this.#take(/\)/y);
    const quantifier = this.#readQuantifier();
    if (/[=!]$/.test(opening)) return undefined;
    const canBeNothing = alternatives.some((items) => items.every(({ isOptional }) => isOptional));
    return {
      characters: union(alternatives.flat().map(({ characters }) => characters)),
      alternatives,
      isOptional: canBeNothing || quantifier.isOptional,
      isUnbounded: quantifier.isUnbounded,
    };
  }

  #readQuantifier(): { readonly isOptional: boolean; readonly isUnbounded: boolean } {
    const quantifier = this.#take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y) ?? '';
    return { isOptional: /^(?:[*?]|\{0)/.test(quantifier), isUnbounded: /^(?:[*+]|\{\d+,\})/.test(quantifier) };
  }

  #readCharacters(): Characters {
    const escaped = this.#take(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[A-Z]|.)/sy);
    if (escaped !== undefined) return charactersOf(escaped);
    const list = this.#take(/\[(?:\\.|[^\]\\])*\]/sy);
    return charactersOf(list ?? this.#take(/./suy) ?? '');
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

/** Backreferences and the like; in another engine they would be classes. */
const unknownEscape = /^\\[1-9kpP]/;

/** The regular expression is asked itself, character by character. */
function charactersOf(written: string): Characters {
  if (written === '' || unknownEscape.test(written)) return new Set();
  // A sign that is no bracket, dot or escape stands for itself.
  const safe = /^(?:\\|\[|\.$)/.test(written) ? written : written.replace(/[*+?{}()|^$]/, '\\$&');
  const pattern = new RegExp(`^(?:${safe})$`, 's');
  return new Set(everything.filter((code) => pattern.test(code === beyond ? '\u4e00' : String.fromCharCode(code))));
}
