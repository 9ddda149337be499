import type { ApiPerson } from '../../api-shapes/people.ts';
import { GatewayError } from '../../model/error.ts';
import { personBehind } from '../../pipeline/people.ts';
import { personJson } from '../../pipeline/people-json.ts';
import { withStore } from '../api-people.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print, printJson } from '../output.ts';
import { personText } from '../person-view.ts';
import { gatewayIfRunning } from '../running-gateway.ts';

/** `hookstitch identities <identifier>`: the person behind an e-mail, a phone number or an id. */
export const identitiesCommand: Verb = {
  usage: 'identities <identifier>',
  description: 'the person behind an e-mail, a phone number or an id: all that is linked to them, and their events',
  configure: (command) => command.option('--json', 'machine-readable output, as the API gives it'),
  run: async ([identifier], { json }) => {
    const person = await personOf(String(identifier));
    if (json === true) printJson(person);
    else print(personText(person));
    return exitCodes.ok;
  },
};

async function personOf(text: string): Promise<ApiPerson> {
  const api = await gatewayIfRunning();
  return api instanceof GatewayError
    ? withStore(async (store) => personJson(await personBehind(text, store)) as unknown as ApiPerson)
    : api.get<ApiPerson>(`/identities?identifier=${encodeURIComponent(text)}`);
}
