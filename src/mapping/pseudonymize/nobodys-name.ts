import type { Json, JsonObject } from '../../model/json.ts';
import { hasPersonalNeighbour, isWordForPeople, type Kind, labels, type Place, plain } from './kinds.ts';

/** Things have names of their own beside those of people: Stripe's prices a nickname, a repository a full name. */
const ownNameOfThing = /^(nick|full|display|formatted)names?$/;

/** As in `ada/engine`, the full name of what lies in a folder of somebody's; a passenger is called LOVELACE/ADA. */
const slug = /^[\w.-]+\/[\w.-]+$/;

interface NamedField {
  readonly key: string;
  readonly block: JsonObject;
  readonly kind: Kind | undefined;
  /** Where the block stands that has the field. */
  readonly place: Pick<Place, 'isOfPerson' | 'isOfThing'>;
}

/**
 * What stands where a name would and names no person: `{ lead: "Lead" }` says how the stage is called. Only what is
 * certain counts; anything else is taken for somebody's.
 */
export function isNobodysName(text: string, { key, block, kind, place }: NamedField): boolean {
  const name = plain(key);
  const isAmongThings = !place.isOfPerson && !hasPersonalNeighbour(block);
  const isOfThing = place.isOfThing && isAmongThings && ownNameOfThing.test(name);
  switch (kind) {
    case 'first_name':
      return isNumber(text) || isOfThing;
    case 'full_name':
      return isNumber(text) || isOfThing || (isAmongThings && name === 'fullname' && slug.test(text));
    case 'last_name':
      return isNumber(text);
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

/** An order's number is called a name, too; a longer one may be somebody's telephone. */
const isNumber = (text: string): boolean =>
  !/\p{L}/u.test(text) && text.replaceAll(/\P{Nd}/gu, '').length < phoneDigitsMin;

const phoneDigitsMin = 7;

/** The word for what the field is about, written as people see it. */
function isItsLabel(text: string, key: string, block: JsonObject): boolean {
  if (text.length > labelLengthMax) return false;
  const said = plain(text);
  const isSaid = (label: Json | undefined): boolean =>
    typeof label === 'string' && label.length <= labelLengthMax && plain(label) === said;
  return isSaid(key) || (isWordForPeople(said) && labels.some((label) => isSaid(block[label])));
}

const labelLengthMax = 100;
