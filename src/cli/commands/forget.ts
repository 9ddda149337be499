import type { ApiForgotten } from '../../api-shapes/people.ts';
import { GatewayError } from '../../model/error.ts';
import { forgetPerson } from '../../pipeline/people.ts';
import { forgottenJson } from '../../pipeline/people-json.ts';
import { withStore } from '../api-people.ts';
import { exitCodes, type Verb } from '../command.ts';
import { isMeant } from '../confirm.ts';
import { print, printJson } from '../output.ts';
import { forgottenText } from '../person-view.ts';
import { gatewayIfRunning } from '../running-gateway.ts';

const forGood = {
  why: 'forgetting cannot be undone',
  hint: 'add --yes; `hookstitch identities` shows whom it would erase',
};

/** `hookstitch forget <identifier>`: erases a person, and says whether nothing is left of them. */
export const forgetCommand: Verb = {
  usage: 'forget <identifier>',
  description: 'erase the person behind an e-mail, a phone number or an id, with all that is stored of them',
  configure: (command) =>
    command
      .option('--yes', 'do not ask; needed where there is no terminal')
      .option('--json', 'machine-readable output, as the API gives it'),
  run: async ([identifier], { yes, json }) => {
    if (yes !== true && !(await isMeant('Erase this person with all their events, for good?', forGood))) {
      print('nothing was erased');
      return exitCodes.problems;
    }
    const forgotten = await forgottenOf(String(identifier));
    if (json === true) printJson(forgotten);
    else print(forgottenText(forgotten));
    return forgotten.verified ? exitCodes.ok : exitCodes.problems;
  },
};

async function forgottenOf(text: string): Promise<ApiForgotten> {
  const api = await gatewayIfRunning();
  return api instanceof GatewayError
    ? withStore(async (store) => forgottenJson(await forgetPerson(text, store)) as unknown as ApiForgotten)
    : api.delete<ApiForgotten>(`/identities?identifier=${encodeURIComponent(text)}`);
}
