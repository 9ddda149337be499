import { exitCodes, type Verb, type VerbGroup } from '../command.ts';
import { print, printJson } from '../output.ts';
import { runningGateway } from '../running-gateway.ts';

interface ApiSetupLink {
  readonly url: string;
  readonly expires_at: string;
}

const passwordVerb: Verb = {
  usage: 'password',
  description: 'print a link that sets the password of the console, once and within an hour',
  configure: (command) => command.option('--json', 'machine-readable output, as the API gives it'),
  run: async (_args, options) => {
    const link = await runningGateway().post<ApiSetupLink>('/setup-links', {});
    if (options.json === true) printJson(link);
    else {
      print(`Set your admin password: ${link.url}`);
      print(
        'The link works once and for an hour. A new password ends every session; until then the old one stays good.',
      );
    }
    return exitCodes.ok;
  },
};

/** `hookstitch setup …`: what is set up once in the running gateway. */
export const setupCommand: VerbGroup = {
  name: 'setup',
  description: 'set the password of the console',
  verbs: [passwordVerb],
};
