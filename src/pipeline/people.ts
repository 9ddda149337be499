import { GatewayError } from '../model/error.ts';
import type { Identifier } from '../model/identity.ts';
import type { Person } from '../model/person.ts';
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
