import type { ApiDelivery, ApiDeliverySummary, ApiPage } from '../api-client.ts';
import { exitCodes, type Verb, type VerbGroup } from '../command.ts';
import { queryOf } from '../event-query.ts';
import { deliveryDetails, deliveryTable } from '../event-view.ts';
import { print, printJson } from '../output.ts';
import { runningGateway } from '../running-gateway.ts';

const listVerb: Verb = {
  usage: 'ls',
  description: 'the newest deliveries',
  configure: (command) =>
    command
      .option('--destination <name>', 'only to this destination')
      .option('--status <status>', 'only pending, in_flight, delivered, dead or cancelled')
      .option('--reason <reason>', 'only dead for this reason, as in rejected')
      .option('--limit <count>', 'at most so many', '20')
      .option('--json', 'machine-readable output, as the API gives it'),
  run: async (_args, { destination, status, reason, limit, json }) => {
    const query = queryOf({ destination, status, reason, limit });
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
  usage: 'cancel <ids...>',
  description: 'give up pending or dead deliveries for good; what waits behind them goes on',
  run: async ([ids]) => {
    const api = runningGateway();
    for (const id of ids as readonly string[]) {
      await api.post(`/deliveries/${encodeURIComponent(id)}/cancel`, {});
      print(`${id} is cancelled`);
    }
    return exitCodes.ok;
  },
};

/** `hookstitch deliveries …`: what a running gateway sends, and what came of it. */
export const deliveriesCommand: VerbGroup = {
  name: 'deliveries',
  description: 'list, inspect and cancel what the running gateway delivers',
  verbs: [listVerb, showVerb, cancelVerb],
};
