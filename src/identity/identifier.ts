import { type Identifier, identifierKinds } from '../model/identity.ts';

/** Longer ones are no ids; a limit keeps hostile bodies out of the index. */
const lengthMax = 200;

/**
 * Mailboxes and numbers that many people share by their nature. What a person alone uses is told apart from the rest
 * by its links (see sharing.ts); these would mislead until there are enough of those.
 */
const sharedMailboxes = new Set([
  ...[
    'admin',
    'administrator',
    'accounting',
    'accounts',
    'billing',
    'contact',
    'customerservice',
    'enquiries',
    'finance',
  ],
  ...['hello', 'help', 'helpdesk', 'hr', 'info', 'inquiries', 'invoice', 'invoices', 'it', 'jobs', 'legal'],
  ...[
    'marketing',
    'no-reply',
    'noreply',
    'office',
    'orders',
    'payments',
    'postmaster',
    'press',
    'privacy',
    'reception',
  ],
  ...['sales', 'security', 'service', 'shop', 'support', 'team', 'webmaster'],
]);

/** The normalised identifier, or undefined for a value that can be none of this kind. */
export function toIdentifier(kind: string, value: string): Identifier | undefined {
  const text = normalize(kind, value.toWellFormed().trim());
  return text === undefined || text === '' || text.length > lengthMax ? undefined : { kind, value: text };
}

function normalize(kind: string, text: string): string | undefined {
  if (kind === 'email') return /^[^\s@]+@[^\s@]+$/.test(text) ? text.toLowerCase() : undefined;
  if (kind === 'phone') return normalizePhone(text);
  return text;
}

/** E.164. A number without its country could be anybody's: mappings complete it with `$e164(number, region)`. */
function normalizePhone(text: string): string | undefined {
  const digits = text.replaceAll(/[\s().\u00a0-]/g, '').replace(/^00/, '+');
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
}

/** Nobody's own by its name alone. */
export function isSharedByName({ kind, value }: Identifier): boolean {
  return kind === 'email' && sharedMailboxes.has(value.slice(0, value.indexOf('@')));
}

const strengths: readonly string[] = identifierKinds;

/** 0 is the strongest. */
export function strengthOf(kind: string): number {
  const known = strengths.indexOf(kind);
  return known === -1 ? strengths.indexOf('email') - 0.5 : known;
}

export const keyOf = ({ kind, value }: Identifier): string => `${kind}:${value}`;

/** Strongest kind first, then by value: the same identifiers always come in the same order. */
export const byStrength = (one: Identifier, other: Identifier): number =>
  strengthOf(one.kind) - strengthOf(other.kind) || compare(keyOf(one), keyOf(other));

export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
