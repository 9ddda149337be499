import type { ApiProblems } from '../../api-shapes/repair.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print, printJson } from '../output.ts';
import { problemsText } from '../repair-view.ts';
import { runningGateway } from '../running-gateway.ts';

/** `hookstitch problems`: dead deliveries and failed events, in groups of what went wrong in the same way. */
export const problemsCommand: Verb = {
  usage: 'problems',
  description: 'dead deliveries and failed events, grouped by what went wrong',
  configure: (command) => command.option('--json', 'machine-readable output, as the API gives it'),
  run: async (_args, { json }) => {
    const problems = await runningGateway().get<ApiProblems>('/problems');
    if (json === true) printJson(problems);
    else print(problemsText(problems));
    return problems.deliveries.length + problems.events.length === 0 ? exitCodes.ok : exitCodes.problems;
  },
};
