import { meantBy } from '../identity/written.ts';
import { GatewayError } from '../model/error.ts';
import type { Identifier } from '../model/identity.ts';
import type { Forgotten, Person } from '../model/person.ts';
import type { Store } from '../store/store.ts';

/** The person behind what somebody wrote. Throws PERSON_NOT_FOUND and PERSON_AMBIGUOUS. */
export async function personBehind(
  text: string,
  store: Pick<Store, 'findIdentifiers' | 'findPerson'>,
): Promise<Person> {
  const [identifier, ...others] = await store.findIdentifiers(text);
  if (others.length > 0) throw ambiguous([...(identifier === undefined ? [] : [identifier]), ...others]);
  const person = identifier === undefined ? undefined : await store.findPerson(identifier);
  // What was asked for is not repeated: messages end up in logs and screenshots.
  if (person === undefined) throw new GatewayError('PERSON_NOT_FOUND', 'nobody is known by this identifier');
  return person;
}

/**
 * Erases the person behind what somebody wrote, also when no event has carried it that was understood: it is searched for
 * all the same. Throws PERSON_AMBIGUOUS.
 */
export async function forgetPerson(
  text: string,
  store: Pick<Store, 'findIdentifiers' | 'findPerson' | 'forget'>,
): Promise<Forgotten> {
  const known = await store.findIdentifiers(text);
  if (known.length > 1) throw ambiguous(known);
  const [identifier = likelyMeantBy(text)] = known;
  if (identifier === undefined) throw new GatewayError('REQUEST_INVALID', 'this can be no identifier');
  const person = await store.findPerson(identifier);
  if (person !== undefined && (person.conflict !== null || person.identifiers[0]?.isShared === true)) {
    throw new GatewayError('PERSON_AMBIGUOUS', 'this identifier belongs to several people', {
      hint: 'name another one of the person, as `hookstitch identities` shows them',
    });
  }
  return store.forget(identifier);
}

/** Of what nobody knows: an address or a number looks like one, and everything else is an id. */
function likelyMeantBy(text: string): Identifier | undefined {
  const meant = meantBy(text, []);
  return meant.find(({ kind }) => kind === 'email') ?? meant.find(({ kind }) => kind === 'phone') ?? meant[0];
}

/** Names the kinds, and never the value. */
function ambiguous(identifiers: readonly Identifier[]): GatewayError {
  const kinds = [...new Set(identifiers.map(({ kind }) => kind))];
  return kinds.length === 1
    ? new GatewayError('PERSON_AMBIGUOUS', `${identifiers.length} identifiers are written like this`, {
        hint: 'write the number with its country, as in +12025550143',
      })
    : new GatewayError('PERSON_AMBIGUOUS', `this is known as ${kinds.join(' and as ')}`, {
        hint: `name the kind, as in ${kinds[0]}:…`,
      });
}
