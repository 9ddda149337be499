import type { Identifier } from '../model/identity.ts';
import { readingsOf } from './escapes.ts';

/** Country codes of one and two digits; every other has three. */
const countryCode = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;
/** What people write between the digits of a number; `+` is a blank in a URL. */
const between = '[\\s().\\/\\u00a0+-]{0,3}';
/** A shorter number at home says nothing by itself. */
const nationalMin = 7;

/** What an identifier looks like wherever it is written. */
interface Trace {
  readonly identifier: Identifier;
  /** What all ways of writing it hold: found fast, so that the others need not be tried on everything. */
  readonly core: RegExp;
  /** As a whole word. */
  readonly inText: RegExp;
  /** In the bytes of a file, where anything may stand before it. */
  readonly inBytes: RegExp;
}

/** The ways in which a person's identifiers are written, for finding every place that has one. */
export class Traces {
  readonly #traces: readonly Trace[];
  readonly #short: readonly { readonly pattern: RegExp; readonly sources: ReadonlySet<string> }[];
  /** Kinds of values that are too short to be told from other text; see `sourcesOf`. */
  readonly tooShort: readonly string[];

  /** `sourcesOf`: a short value counts only in what these sources sent, and behind a key that says it is an id. */
  constructor(identifiers: readonly Identifier[], sourcesOf: (identifier: Identifier) => ReadonlySet<string>) {
    const short = identifiers.filter(isShort);
    this.#traces = identifiers.filter((each) => !isShort(each)).map(traceOf);
    this.#short = short.map((each) => ({ pattern: afterIdKey(each.value), sources: sourcesOf(each) }));
    this.tooShort = [...new Set(short.map(({ kind }) => kind))];
  }

  /** Whether a text of this source has any of them, escaped or not. */
  isIn(text: string, source: string): boolean {
    const short = this.#short.filter(({ sources }) => sources.has(source));
    return readingsOf(text).some(
      (reading) =>
        this.#traces.some(({ core, inText }) => core.test(reading) && inText.test(reading)) ||
        short.some(({ pattern }) => pattern.test(reading)),
    );
  }

  /** Kinds of those that are in bytes, given as Latin-1; `asWords` leaves out what may be a part of something longer. */
  kindsIn(bytes: string, asWords: boolean): readonly string[] {
    const readings = readingsOf(bytes, 'latin1');
    const found = this.#traces.filter(({ core, inText, inBytes }) =>
      readings.some((reading) => core.test(reading) && (asWords ? inText : inBytes).test(reading)),
    );
    return [...new Set(found.map(({ identifier }) => identifier.kind))];
  }
}

/** E-mails and numbers never are. Of ids those that other text could easily hold by chance: `42`, `9001`, `martin`. */
function isShort({ kind, value }: Identifier): boolean {
  if (kind === 'email' || kind === 'phone') return false;
  if (value.length >= 12) return false;
  if (/^\d+$/.test(value)) return value.length < 9;
  return value.length < 4 || !/\d/.test(value);
}

const afterIdKey = (value: string): RegExp =>
  new RegExp(`(?:id|user|customer|contact|visitor)["']?\\s*[:=]\\s*["']?${literal(value)}(?![\\w.-])`, 'i');

function traceOf(identifier: Identifier): Trace {
  const { kind, value } = identifier;
  if (kind === 'phone') return { identifier, ...phonePatterns(value.slice(1)) };
  const writing = writingOf(value);
  if (kind === 'email') {
    const core = new RegExp(writing, 'i');
    return { identifier, core, ...patterns({ before: '[\\w.+-]', writing, after: '[\\w-]|\\.\\w' }, 'i') };
  }
  const decimal = /^\d+$/.test(value) ? '|\\.\\d' : '';
  const around = { before: '[\\w-]', writing, after: `[\\w-]${decimal}` };
  return { identifier, core: new RegExp(writing), ...patterns(around, '') };
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** In UTF-8 or, for what reads bytes one by one, as these are then. */
function writingOf(value: string): string {
  const bytes = Buffer.from(value).toString('latin1');
  return bytes === value ? literal(value) : `(?:${literal(value)}|${literal(bytes)})`;
}

function phonePatterns(digits: string): Omit<Trace, 'identifier'> {
  const [code = ''] = countryCode.exec(digits) ?? [];
  const national = digits.slice(code.length);
  const spaced = (text: string): string => [...text].join(between);
  const core = new RegExp(spaced(national));
  const whole = `(?:\\+|00)?${spaced(code)}${between}(?:\\(?0\\)?${between})?${spaced(national)}`;
  // Behind another country's code the same digits are another number.
  const atHome = `(?<!\\+\\d{0,3}[\\s().-]{0,3})0?${between}${spaced(national)}`;
  const writing = national.length < nationalMin ? whole : `(?:${whole}|${atHome})`;
  return { core, ...patterns({ before: '\\w', writing, after: '\\w' }, '') };
}

interface Around {
  readonly before: string;
  readonly writing: string;
  readonly after: string;
}

const patterns = ({ before, writing, after }: Around, flags: string): Pick<Trace, 'inText' | 'inBytes'> => ({
  inText: new RegExp(`(?<!${before})${writing}(?!${after})`, flags),
  inBytes: new RegExp(`${writing}(?!${after})`, flags),
});
