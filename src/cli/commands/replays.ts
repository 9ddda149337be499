import type { ApiReplay } from '../../api-shapes/repair.ts';
import { exitCodes, type Verb, type VerbGroup } from '../command.ts';
import { print, printJson } from '../output.ts';
import { replayTable, replayText } from '../repair-view.ts';
import { runningGateway } from '../running-gateway.ts';

const json = ['--json', 'machine-readable output, as the API gives it'] as const;
const pathOf = (id: unknown): string => `/replays/${encodeURIComponent(String(id))}`;

const listVerb: Verb = {
  usage: 'ls',
  description: 'the newest replays, and how far each is',
  configure: (command) => command.option(...json),
  run: async (_args, options) => {
    const page = await runningGateway().get<{ readonly items: readonly ApiReplay[] }>('/replays');
    if (options.json === true) printJson(page);
    else print(page.items.length === 0 ? 'no replays' : replayTable(page.items));
    return exitCodes.ok;
  },
};

const showVerb: Verb = {
  usage: 'show <id>',
  description: 'one replay: what was asked for, and what has come of it',
  configure: (command) => command.option(...json),
  run: async ([id], options) => show(await runningGateway().get<ApiReplay>(pathOf(id)), options),
};

const cancelVerb: Verb = {
  usage: 'cancel <id>',
  description: 'put no more of its events back in line',
  configure: (command) => command.option(...json),
  run: async ([id], options) => show(await runningGateway().post<ApiReplay>(`${pathOf(id)}/cancel`, {}), options),
};

function show(replay: ApiReplay, options: Readonly<Record<string, unknown>>): number {
  if (options.json === true) printJson(replay);
  else print(replayText(replay));
  return exitCodes.ok;
}

/** `hookstitch replays …`: those that run, and those that ran. */
export const replaysCommand: VerbGroup = {
  name: 'replays',
  description: 'list, watch and cancel the replays of the running gateway',
  verbs: [listVerb, showVerb, cancelVerb],
};
