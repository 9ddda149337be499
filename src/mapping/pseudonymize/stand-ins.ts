import { createHash } from 'node:crypto';

/**
 * What stands in for personal data in a fixture: made from a hash of the original alone, so that the same person is the
 * same stand-in in every place and every file. All of it is of ranges that belong to nobody.
 */

type StandIn = (original: string) => string;

export const emailStandIn: StandIn = (original) => `user-${hex(original.toLowerCase(), 8)}@example.com`;

/** Area codes with a number range 555-01xx, which is kept for fiction. */
const areaCodes =
  `201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 301 302 303 304 305 307 308 309 310 312 313
  314 315 316 317 318 319 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 501 502 503 504 505 507 508 509 510 512 513 515
  516 517 518 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619 701 702 703 704 706 707 708 712 713 714 715 716 717 718
  719 801 802 803 804 805 806 808 812 813 814 815 816 817 818 901 903 904 906 907 908 912 913 914 915 916 918 919`.split(
    /\s+/,
  );

/** In the digits of a North American number as it was written; any other in E.164. */
export const phoneStandIn: StandIn = (original) => {
  const digits = phoneDigits(original);
  const made = differing(digits, (salted) => {
    const number = numberFrom(salted);
    return `1${areaCodes[number % areaCodes.length]}55501${String(Math.floor(number / 1000) % 100).padStart(2, '0')}`;
  });
  if (!isNorthAmerican(digits)) return original.trim().startsWith('+') ? `+${made}` : made;
  let next = original.replaceAll(/\D/g, '').length === 11 ? 0 : 1;
  return original.replaceAll(/\d/g, () => made.charAt(next++));
};

/** With the country's code; a number of ten digits without one is taken for a North American one. */
export function phoneDigits(text: string): string {
  const digits = text.replaceAll(/\D/g, '').replace(/^00/, '');
  return digits.length === 10 && !text.trim().startsWith('+') ? `1${digits}` : digits;
}

const isNorthAmerican = (digits: string): boolean => digits.length === 11 && digits.startsWith('1');

const firstNames =
  `Alan Alice Amir Anna Astrid Ben Carla Chen Clara Dana David Elena Emil Eva Farid Femi Grace Hana Hugo Ida Ines Ivan
  Jana Jonas Julia Kofi Lara Leo Lina Marco Maya Mila Nadia Nils Nora Oscar Petra Ravi Rosa Samir Sara Sven Tara Theo Vera Yuki`.split(
    /\s+/,
  );
const lastNames =
  `Abel Adler Ahmed Bauer Bell Berg Brandt Castro Chan Cole Cruz Dahl Diaz Evans Fischer Ford Fox Garcia Gray Green Haas
  Hall Hill Holm Ito Jensen Kaur Keller Khan Klein Lang Lee Lopez Marsh Meyer Moreau Nagy Novak Okafor Olsen Park Patel Reed Roth Silva
  Stone Tanaka Vance Wagner Weber Wolf Young`.split(/\s+/);

const pick = (word: string, names: readonly string[]): string =>
  differing(word, (salted) => names[numberFrom(salted) % names.length] ?? '');

/** One word of a full name, as it is replaced in there. */
export const namePartStandIn = (word: string, isFirst: boolean): string =>
  pick(word.toLowerCase(), isFirst ? firstNames : lastNames);

export const firstNameStandIn: StandIn = (original) => eachWord(original, () => firstNames);
export const lastNameStandIn: StandIn = (original) => eachWord(original, () => lastNames);
/** Word by word, so that it fits the stand-ins of first and last name. */
export const fullNameStandIn: StandIn = (original) =>
  eachWord(original, (index) => (index === 0 ? firstNames : lastNames));

function eachWord(text: string, namesFor: (index: number) => readonly string[]): string {
  let index = 0;
  return text.replaceAll(nameWord, (word) => pick(word.toLowerCase(), namesFor(index++)));
}

/** Words of a full name are letters with what may stand between them, as in O'Neil or Jean-Luc. */
const nameWord = /[\p{L}\p{N}\p{M}'’.-]+/gu;

export const wordsOfName = (name: string): readonly string[] => name.match(nameWord) ?? [];

/** RFC 5737 and RFC 3849: addresses for documentation. */
export const ipv4StandIn: StandIn = (original) =>
  differing(original, (salted) => `203.0.113.${1 + (numberFrom(salted) % 254)}`);
export const ipv6StandIn: StandIn = (original) => {
  const [, prefix = '', ipv4] = /^(::(?:ffff:)?)(\d+(?:\.\d+){3})$/i.exec(original) ?? [];
  if (ipv4 !== undefined) return prefix + ipv4StandIn(ipv4);
  return differing(original, (salted) => `2001:db8::${hex(salted, 4)}:${hex(`${salted} `, 4)}`);
};

export const streetStandIn: StandIn = (original) =>
  differing(original, (salted) => `${1 + (numberFrom(salted) % 999)} Example Street`);

const towns = 'Exampleton Mockville Sampleford Testbury Fictown Nowhereham Draftley Modelstad'.split(' ');

export const townStandIn: StandIn = (original) =>
  differing(original, (salted) => towns[numberFrom(salted) % towns.length] ?? '');

/** A latitude and a longitude as well. */
export const coordinateStandIn = (original: number): number =>
  ((numberFrom(String(original)) % 160_000) - 80_000) / 1_000;

/** Each number of a text; what is written around it stays. */
export const coordinatesStandIn: StandIn = (original) =>
  original.replaceAll(/-?\d+(?:\.\d+)?/g, (found) => String(coordinateStandIn(Number(found))));

/** A year, or a day or month, in the place of each; longer numbers are times in seconds or milliseconds. */
export const birthStandIn: StandIn = (original) =>
  differing(original, (salted) =>
    original.replaceAll(/\d{4}|\d{2}|\d|\p{L}{3,}/gu, (found, offset: number) => {
      const number = numberFrom(`${salted}|${offset}`);
      if (/^\d/.test(found))
        return found.length === 4 ? String(1950 + (number % 50)) : dayOrMonth(number, found.length);
      return months[number % months.length] ?? '';
    }),
  );
const dayOrMonth = (number: number, length: number): string =>
  String(1 + (number % (length === 1 ? 9 : 12))).padStart(length, '0');
const months = 'January February March April May June July August September October November December'.split(' ');

/** Of a time in seconds or milliseconds, or of one part of a date. */
export function birthNumberStandIn(original: number): number {
  const number = numberFrom(String(original));
  if (Math.abs(original) <= 31) return 1 + (number % 12);
  if (original <= 9_999 && original > 0) return 1950 + (number % 50);
  return (number % 600_000_000) * (Math.abs(original) > 10_000_000_000 ? 1_000 : 1);
}

/** A name or page on a social network; the network stays. */
export const handleStandIn: StandIn = (original) => {
  const [host = ''] = /^(?:https?:\/\/)?(?:[\w-]+\.)+[a-z]{2,}(?=\/)/i.exec(original) ?? [];
  const rest = original.slice(host.length);
  return host + differing(rest, (salted) => shuffled(rest, salted, false));
};

export const noteStandIn: StandIn = (original) => `A text of ${[...original].length} characters.`;

/** Of the same length, letters for letters and digits for digits; a prefix that tells the kind of id stays. */
export function idStandIn(original: string): string {
  // Without a digit behind it, what looks like a prefix may be somebody's name.
  const prefix = /^(?:(?:[a-z]{2,6}_)+(?=.*\d)|[A-Z]{2,4}(?=\d))/.exec(original)?.[0] ?? '';
  const rest = original.slice(prefix.length);
  const isHex = /^[0-9a-f-]{8,}$/.test(rest) && /[a-f-]/.test(rest);
  return prefix + differing(rest, (salted) => shuffled(rest, salted, isHex));
}

function shuffled(text: string, seed: string, isHex: boolean): string {
  const bytes = byteStream(seed);
  // Version and variant: some readers insist on them.
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
  return text.replaceAll(/[a-z]|[A-Z]|\d/g, (character, offset: number) => {
    const byte = bytes();
    if (isUuid && (offset === 14 || offset === 19)) return character;
    if (isHex) return (byte % 16).toString(16);
    // The first digit stays what it is with regard to zero: a number must keep its length.
    if (/\d/.test(character)) return String(offset === 0 && character !== '0' ? 1 + (byte % 9) : byte % 10);
    return String.fromCharCode((/[a-z]/.test(character) ? 97 : 65) + (byte % 26));
  });
}

function byteStream(seed: string): () => number {
  let block = 0;
  let bytes = sha256(`${seed}|${block}`);
  let used = 0;
  return () => {
    if (used === bytes.length) {
      block += 1;
      bytes = sha256(`${seed}|${block}`);
      used = 0;
    }
    used += 1;
    return bytes.readUInt8(used - 1);
  };
}

/** A stand-in that happens to be the original is none. */
function differing(original: string, make: (salted: string) => string): string {
  for (let salt = 0; salt < 8; salt += 1) {
    const made = make(salt === 0 ? original : `${original}#${salt}`);
    if (made !== original) return made;
  }
  return make(original);
}

const sha256 = (text: string): Buffer => createHash('sha256').update(`hookstitch fixture|${text}`).digest();
const hex = (text: string, length: number): string => sha256(text).toString('hex').slice(0, length);
const numberFrom = (text: string): number => sha256(text).readUInt32BE(0);

/** Of words that begin like names; not every script has capitals. */
export const looksLikeName = (text: string): boolean =>
  /^[\p{Lu}\p{Lo}][\p{L}\p{M}'’.,-]*(?: [\p{L}\p{M}'’.,-]+)*$/u.test(text);
