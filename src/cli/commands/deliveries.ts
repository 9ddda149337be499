import type { ApiMoved } from '../../api-shapes/repair.ts';
import type { ApiDelivery, ApiDeliverySummary, ApiPage } from '../../api-shapes/stored.ts';
import { exitCodes, type Verb, type VerbGroup } from '../command.ts';
import { endsMany, isMeant } from '../confirm.ts';
import { queryOf } from '../event-query.ts';
import { deliveryDetails, deliveryTable } from '../event-view.ts';
import { print, printJson } from '../output.ts';
import { filterOf, requireDecision } from '../repair-options.ts';
import { movedText } from '../repair-view.ts';
import { runningGateway } from '../running-gateway.ts';
import { timesIn } from '../since.ts';

const listVerb: Verb = {
  usage: 'ls',
  description: 'the newest deliveries',
  configure: (command) =>
    command
      .option('--destination <name>', 'only to this destination')
      .option('--status <status>', 'only pending, in_flight, delivered, dead or cancelled')
      .option('--reason <reason>', 'only dead for this reason, as in rejected')
      .option('--cause <text>', 'only dead with this cause, as `hookstitch problems` shows it; with --reason')
      .option('--since <time>', 'queued since then, as in 15m, 2h, 1d or 2026-11-21T00:00:00Z; with --cause, died')
      .option('--until <time>', 'before then')
      .option('--limit <count>', 'at most so many', '20')
      .option('--json', 'machine-readable output, as the API gives it'),
  run: async (_args, { json, ...options }) => {
    const query = queryOf({ ...options, ...timesIn(options) });
    const page = await runningGateway().get<ApiPage<ApiDeliverySummary>>(`/deliveries?${query}`);
    if (json === true) printJson(page);
    else print(page.items.length === 0 ? 'no deliveries' : deliveryTable(page.items));
    return exitCodes.ok;
  },
};

const showVerb: Verb = {
  usage: 'show <id>',
  description: 'one delivery: its payload and every attempt',
  configure: (command) => command.option('--json', 'machine-readable output, as the API gives it'),
  run: async ([id], { json }) => {
    const delivery = await runningGateway().get<ApiDelivery>(`/deliveries/${encodeURIComponent(String(id))}`);
    if (json === true) printJson(delivery);
    else print(deliveryDetails(delivery));
    return exitCodes.ok;
  },
};

const cancelVerb: Verb = {
  usage: 'cancel [ids...]',
  description: 'give up pending or dead deliveries for good; what waits behind them goes on',
  configure: (command) =>
    command
      .option('--destination <name>', 'only those to this destination, also one that is gone')
      .option('--status <status>', 'only pending or dead')
      .option('--reason <reason>', 'only dead for this reason, as in rejected')
      .option('--cause <text>', 'only dead with this cause, as `hookstitch problems` shows it')
      .option('--all', 'all that are pending or dead')
      .option('--dry-run', 'only show what would happen')
      .option('--yes', 'do not ask; needed where there is no terminal')
      .option('--json', 'machine-readable output, as the API gives it'),
  run: async ([ids], options) => {
    const named = ids as readonly string[];
    if (named.length === 0) return cancelFitting(options);
    const api = runningGateway();
    for (const id of named) {
      await api.post(`/deliveries/${encodeURIComponent(id)}/cancel`, {});
      print(`${id} is cancelled`);
    }
    return exitCodes.ok;
  },
};

async function cancelFitting(options: Readonly<Record<string, unknown>>): Promise<number> {
  requireDecision(options);
  const filter = filterOf(options, ['destination', 'status', 'reason', 'cause']);
  const api = runningGateway();
  const ask = (isDryRun: boolean) => api.post<ApiMoved>('/cancellations', { filter, dry_run: isDryRun });
  if (options.dryRun === true || options.yes !== true) {
    const counted = await ask(true);
    if (options.json === true) printJson(counted);
    else print(`${movedText(counted, deliveries)} would be given up`);
    if (options.dryRun === true || counted.deliveries === 0) return exitCodes.ok;
    if (!(await isMeant('Give them up?', endsMany))) {
      print('nothing was given up');
      return exitCodes.problems;
    }
  }
  const cancelled = await ask(false);
  if (options.json === true) printJson(cancelled);
  else print(`${movedText(cancelled, deliveries)} given up`);
  return exitCodes.ok;
}

const deliveries = ['delivery', 'deliveries'] as const;

/** `hookstitch deliveries …`: what a running gateway sends, and what came of it. */
export const deliveriesCommand: VerbGroup = {
  name: 'deliveries',
  description: 'list, inspect and cancel what the running gateway delivers',
  verbs: [listVerb, showVerb, cancelVerb],
};
