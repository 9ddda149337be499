import type { JsonObject } from '../../model/json.ts';
import { type Kind, labels, plain } from './kinds.ts';

/** Things have names of their own beside those of people: Stripe's prices a nickname, a repository a full name. */
const ownNameOfThing = /^(nick|full|display|formatted)names?$/;

/** As in `ada/engine`, the full name of what lies in a folder of somebody's. */
const slug = /^[\w.-]+\/[\w.-]+$/;

interface NamedField {
  readonly key: string;
  readonly block: JsonObject;
  readonly kind: Kind | undefined;
  /** Whether the block that the field stands in is a thing. */
  readonly isOfThing: boolean;
}

/**
 * What stands where a name would and names no person: `{ lead: "Lead" }` says how the stage is called. Only what is
 * certain counts; anything else is taken for somebody's.
 */
export function isNobodysName(text: string, { key, block, kind, isOfThing }: NamedField): boolean {
  switch (kind) {
    case 'first_name':
      return hasNoLetter(text) || (isOfThing && ownNameOfThing.test(plain(key)));
    case 'full_name':
      return hasNoLetter(text) || slug.test(text) || (isOfThing && ownNameOfThing.test(plain(key)));
    case 'last_name':
      return hasNoLetter(text);
    case 'person':
      return isItsLabel(text, key, block);
    case 'email':
    case 'phone':
    case 'street':
    case 'town':
    case 'coordinate':
    case 'birth':
    case 'id':
    case 'handle':
    case 'note':
    case 'answer':
    case undefined:
      return false;
  }
}

/** An order's number is called a name, too. */
const hasNoLetter = (text: string): boolean => !/\p{L}/u.test(text);

/** The word for what the field is about, written as people see it. */
function isItsLabel(text: string, key: string, block: JsonObject): boolean {
  if (text.length > labelLengthMax) return false;
  const said = plain(text);
  return (
    said === plain(key) ||
    labels.some((label) => {
      const value = block[label];
      return typeof value === 'string' && value.length <= labelLengthMax && plain(value) === said;
    })
  );
}

const labelLengthMax = 100;
