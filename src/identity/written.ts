import { type Identifier, identifierKinds } from '../model/identity.ts';
import { keyOf, toIdentifier } from './identifier.ts';

/** The longest country code; a shorter one is tried too. */
const countryCodeMax = 999;

/** What a person may have meant by a text: `kind:value`, or a value of any of these kinds. The likely ones come first. */
export function meantBy(text: string, kinds: readonly string[]): readonly Identifier[] {
  const all = [...new Set([...identifierKinds, ...kinds])];
  const [, kind, value = ''] = /^([a-z]\w*):(.+)$/s.exec(text.trim()) ?? [];
  if (kind !== undefined && all.includes(kind)) return ofKind(kind, value);
  const found = all.flatMap((each) => ofKind(each, text));
  return [...new Map(found.map((identifier) => [keyOf(identifier), identifier])).values()];
}

function ofKind(kind: string, text: string): readonly Identifier[] {
  const identifier = toIdentifier(kind, text);
  if (identifier !== undefined) return [identifier];
  return kind === 'phone' ? numbersOfAnyCountry(text) : [];
}

/** A number as it is dialled at home: whose country that is, only the numbers that are known can tell. */
function numbersOfAnyCountry(text: string): readonly Identifier[] {
  if (!/^[\d\s().\u00a0/+-]+$/.test(text)) return [];
  const digits = text.replaceAll(/\D/g, '');
  if (digits.length < 6 || digits.length > 15) return [];
  const national = digits.replace(/^0/, '');
  const codes = Array.from({ length: countryCodeMax }, (_, index) => index + 1);
  return [digits, ...codes.map((code) => `${code}${national}`)].flatMap(
    (number) => toIdentifier('phone', `+${number}`) ?? [],
  );
}
