import { emailStandIn, idStandIn, ipv4StandIn, ipv6StandIn, phoneStandIn } from './stand-ins.ts';

/** Personal data that can be told by its looks, wherever it is written. */

const word = '\\p{L}\\p{N}';
/** With the lengths of RFC 5321: without a limit, a long text without an @ costs the square of its length. */
const email = `[${word}_][${word}_.+-]{0,63}(?:@|%40)[${word}][${word}-]{0,62}(?:\\.[${word}][${word}-]{0,62})+`;
const phone = [
  '(?<![\\w+])\\+[1-9]\\d{7,14}(?!\\d)',
  // (202) 555-0143, 202-555-0143, +1 202 555 0143
  '(?<![\\w.+-])(?:\\+?1[ .-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[ .-])[2-9]\\d{2}[ .-]\\d{4}(?!\\d)',
  // +44 20 7946 0018, +49 (0)171 5550143
  '(?<![\\w+])\\+[1-9]\\d{0,2}(?:[ .()/-]{1,2}\\d{1,8}){2,6}(?!\\d)',
  // 0171 5550143, (020) 7946 0018, 06 12 34 56 78, 01715550143
  '(?<![\\w.+/:-])(?!\\d\\d[./-]\\d\\d[./-]\\d{4})(?=(?:\\D{0,2}\\d){9,15}(?!\\d))\\(?0\\d{1,4}\\)?(?:[ ./-]{1,2}\\d{2,8}){1,5}(?!\\d)',
  '(?<![\\w.+/:-])0\\d{9,12}(?![\\w.])',
  // phone 612 345 678
  '(?<=\\b(?:[Cc]all|[Cc]ell|[Ff]ax|[Mm]obile|[Pp]hone|[Rr]ing|[Tt]el|[Ww]hatsapp|WhatsApp)[^\\w\\n]{1,3})(?=(?:\\D{0,2}\\d){7,15}(?!\\d))\\(?\\d(?:[ ().-]{0,2}\\d){6,14}(?!\\d)',
].join('|');
const alone = (pattern: string): string => `(?<![A-Za-z0-9_])${pattern}(?![A-Za-z0-9_])`;
const uuid = alone('[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}');
/** Stripe's ids: a prefix, and letters with digits. Those of prices and products are about nobody. */
const prefixed = alone(
  '(?!(?:price|prod|plan|promo)_)(?:[a-z]{2,6}_)+(?=[A-Za-z0-9]*\\d)(?:(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{8,}|[a-z0-9]{14,})',
);
/** Long enough to be an id or a key, and no word. */
const opaque = alone('(?=[A-Za-z]*\\d)(?=\\d*[A-Za-z])[A-Za-z0-9]{16,}');
const dotted = '\\d{1,3}(?:\\.\\d{1,3}){3}';
const ipv4 = `(?<![\\w./-])${dotted}(?!\\w|\\.\\d)`;
/** Also with an IPv4 address at its end, as in ::ffff:203.0.113.7. */
const ipv6 = `(?<![\\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}(?:${dotted}|[0-9a-fA-F]{0,4})(?![\\w:])`;
const url = 'https?://[^\\s"\'<>]+';

const emails = new RegExp(email, 'gu');
const phones = new RegExp(phone, 'g');

const ipv4AtEnd = new RegExp(`${dotted}$`);

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** The phone numbers written in a text. */
export const phonesIn = (text: string): readonly string[] => [...text.matchAll(phones)].map(([found]) => found);

const emailAlone = new RegExp(`^(?:${email})$`, 'u');

export const looksLikeEmail = (text: string): boolean => emailAlone.test(text);

export const looksLikeUrl = (text: string): boolean => /^https?:\/\/\S+$/i.test(text);

/** For names of fields: structure, unless somebody's address is in it. */
export const withoutAddresses = (text: string): string =>
  replaceAddresses(text, { email: standInForEmail, phone: phoneStandIn });

/** Whatever looks like an e-mail address, or then like a phone number, by what stands in for it. */
export function replaceAddresses(
  text: string,
  { email, phone }: Readonly<Record<'email' | 'phone', (found: string) => string>>,
): string {
  // Most texts have neither, and the patterns take their time to find that out.
  const withoutEmails = /@|%40/.test(text) ? text.replaceAll(emails, (found) => email(found)) : text;
  return /\d{2}/.test(text) ? withoutEmails.replaceAll(phones, (found) => phone(found)) : withoutEmails;
}

const standInForEmail = (text: string): string =>
  text.includes('@') ? emailStandIn(text) : emailStandIn(text.replace('%40', '@')).replace('@', '%40');

/** Replaces what looks personal, and texts that are known to be, in one pass: no stand-in is replaced again. */
export class Scanner {
  readonly #known: ReadonlyMap<string, string>;
  readonly #pattern: RegExp;

  constructor(known: ReadonlyMap<string, string>) {
    this.#known = known;
    const texts = [...known.keys()].toSorted((a, b) => b.length - a.length).map(escaped);
    const whole = texts.length === 0 ? '(?!)' : `(?<![${word}])(?:${texts.join('|')})(?![${word}])`;
    const kinds = { url, email, known: whole, uuid, phone, prefixed, opaque, ipv6, ipv4 };
    const groups = Object.entries(kinds).map(([name, pattern]) => `(?<${name}>${pattern})`);
    this.#pattern = new RegExp(groups.join('|'), 'gu');
  }

  replaceIn(text: string): string {
    return text.replaceAll(this.#pattern, (found: string, ...rest: unknown[]) => {
      const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
      const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
      return this.#standIn(found, kind);
    });
  }

  /** The stand-in of exactly this text, where it is known. */
  exactly(text: string): string {
    return this.#known.get(text) ?? text;
  }

  #standIn(found: string, kind: string | undefined): string {
    switch (kind) {
      case 'url':
        return this.#url(found);
      case 'email':
        return standInForEmail(found);
      case 'known':
        return this.exactly(found);
      case 'phone':
        return phoneStandIn(found);
      case 'ipv4':
        return found.split('.').every((part) => Number(part) < 256) ? ipv4StandIn(found) : found;
      case 'ipv6':
        if (URL.canParse(`http://[${found}]`)) return ipv6StandIn(found);
        return found.replace(ipv4AtEnd, (address) => this.#standIn(address, 'ipv4'));
      default:
        return idStandIn(found);
    }
  }

  /** Host and names stay; what identifies somebody or opens something does not. */
  #url(text: string): string {
    const [, origin = '', path = '', query = '', hash = ''] =
      /^(https?:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(text) ?? [];
    const parameters = query
      .slice(1)
      .split('&')
      .map((parameter) => this.#parameter(parameter));
    return [
      origin.replace(/\/\/[^@]*@/, '//user:password@'),
      path
        .split('/')
        .map((segment) => this.#segment(segment))
        .join('/'),
      query === '' ? '' : `?${parameters.join('&')}`,
      this.#decoded(hash),
    ].join('');
  }

  #segment(segment: string): string {
    return segment.length >= tokenLengthMin && /\d/.test(segment) ? idStandIn(segment) : this.#decoded(segment);
  }

  #parameter(parameter: string): string {
    const [name = '', ...rest] = parameter.split('=');
    const value = rest.join('=');
    // A placeholder, as in Stripe's {CHECKOUT_SESSION_ID}, is nobody's.
    if (value === '' || /^utm_/i.test(name) || /^\{\w+\}$/.test(value))
      return parameter.includes('=') ? `${name}=${this.#decoded(value)}` : name;
    const isToken = tokenName.test(name) || (value.length >= tokenLengthMin && /\d/.test(value));
    const replaced = this.#decoded(value);
    return `${name}=${isToken && replaced === value ? idStandIn(value) : replaced}`;
  }

  #decoded(text: string): string {
    const plain = decoded(text);
    const replaced = this.replaceIn(plain);
    return replaced === plain ? text : encodeURIComponent(replaced);
  }
}

const tokenLengthMin = 20;
const tokenName =
  /token|key|sig|auth|code|secret|password|hash|session|clid$|(^|_)(id|uid|uuid|user|email|phone|name|visitor)$/i;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // A stray percent sign is text.
    return text;
  }
}
