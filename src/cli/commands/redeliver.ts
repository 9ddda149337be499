import type { ApiMoved } from '../../api-shapes/repair.ts';
import { exitCodes, type Verb } from '../command.ts';
import { isMeant, sendsToMany } from '../confirm.ts';
import { print, printJson } from '../output.ts';
import { filterOf, rateOf, repairOptions, requireDecision } from '../repair-options.ts';
import { movedText } from '../repair-view.ts';
import { runningGateway } from '../running-gateway.ts';

/** `hookstitch redeliver …`: dead deliveries once more, as they were. */
export const redeliverCommand: Verb = {
  usage: 'redeliver [ids...]',
  description: 'send dead deliveries once more as they were: the same payload under the same id',
  configure: (command) => repairOptions(command.option('--destination <name>', 'only to this destination')),
  run: async ([ids], options) => {
    requireDecision(options);
    const named = ids as readonly string[];
    const which = named.length > 0 ? { ids: named } : { filter: filterOf(options, ['destination', 'reason', 'cause']) };
    const order = { ...which, rate: rateOf(options) };
    const api = runningGateway();
    const ask = (isDryRun: boolean) => api.post<ApiMoved>('/redeliveries', { ...order, dry_run: isDryRun });
    const isSure = named.length > 0 || options.yes === true;
    const counted = options.dryRun === true || !isSure ? await ask(true) : undefined;
    if (counted !== undefined) {
      if (options.json === true) printJson(counted);
      else print(`${movedText(counted, dead)} would be sent again`);
      if (options.dryRun === true || counted.deliveries === 0) return exitCodes.ok;
      if (!(await isMeant('Send them?', sendsToMany))) {
        print('nothing was sent');
        return exitCodes.problems;
      }
    }
    const redelivered = await ask(false);
    if (options.json === true) printJson(redelivered);
    else print(`${movedText(redelivered, dead)} back in line`);
    return redelivered.deliveries < named.length ? exitCodes.problems : exitCodes.ok;
  },
};

const dead = ['dead delivery', 'dead deliveries'] as const;
