import type { ApiDestination, ApiItems, ApiTested } from '../../api-shapes/configured.ts';
import { exitCodes, type Verb, type VerbGroup } from '../command.ts';
import { destinationTable, testedText } from '../destination-view.ts';
import { print, printJson } from '../output.ts';
import { runningGateway } from '../running-gateway.ts';

const json = ['--json', 'machine-readable output, as the API gives it'] as const;
const pathOf = (name: unknown): string => `/destinations/${encodeURIComponent(String(name))}`;

const listVerb: Verb = {
  usage: 'ls',
  description: 'every destination: what waits for it, and whether it is held or in trouble',
  configure: (command) => command.option(...json),
  run: async (_args, options) => {
    const page = await runningGateway().get<ApiItems<ApiDestination>>('/destinations');
    if (options.json === true) printJson(page);
    else print(page.items.length === 0 ? 'no destinations' : destinationTable(page.items));
    return exitCodes.ok;
  },
};

const holdVerb = (action: 'pause' | 'resume', description: string): Verb => ({
  usage: `${action} <name>`,
  description,
  configure: (command) => command.option(...json),
  run: async ([name], options) => {
    const lane = await runningGateway().post<object>(`${pathOf(name)}/${action}`, {});
    if (options.json === true) printJson(lane);
    else print(`${String(name)} is ${action === 'pause' ? 'paused' : 'resumed'}`);
    return exitCodes.ok;
  },
});

const testVerb: Verb = {
  usage: 'test <name>',
  description: 'send one test event now, past everything that waits, and show the answer',
  configure: (command) => command.option(...json),
  run: async ([name], options) => {
    const tested = await runningGateway().post<ApiTested>(`${pathOf(name)}/test`, {});
    if (options.json === true) printJson(tested);
    else print(testedText(tested));
    return tested.outcome === 'delivered' ? exitCodes.ok : exitCodes.problems;
  },
};

/** `hookstitch destinations …`: how each is doing, and its pause. */
export const destinationsCommand: VerbGroup = {
  name: 'destinations',
  description: 'see, pause, resume and test the destinations of the running gateway',
  verbs: [
    listVerb,
    holdVerb('pause', 'hold everything back that would go there; nothing is lost'),
    holdVerb('resume', 'let it go again; also tries a destination in trouble at once'),
    testVerb,
  ],
};
