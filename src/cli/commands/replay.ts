import { setTimeout as pause } from 'node:timers/promises';
import type { ApiPlan, ApiReplay } from '../../api-shapes/repair.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ApiClient } from '../api-client.ts';
import { exitCodes, type Verb } from '../command.ts';
import { isMeant, sendsToMany } from '../confirm.ts';
import { Progress, print, printJson } from '../output.ts';
import { filterOf, rateOf, repairOptions, requireDecision } from '../repair-options.ts';
import { planText, progressText, replayText } from '../repair-view.ts';
import { runningGateway } from '../running-gateway.ts';

const lookEveryMs = 300;

/** `hookstitch replay …`: stored events through today's mappings; shows first what that would do. */
export const replayCommand: Verb = {
  usage: 'replay [ids...]',
  description: "run stored events through today's mappings; deliveries that succeeded are left alone",
  configure: (command) =>
    repairOptions(
      command
        .option('--source <name>', 'only events of this source')
        .option('--type <type>', 'only of this type')
        .option('--status <status>', 'only failed, unmatched or translated')
        .option('--destination <names>', 'make deliveries to these only, as in segment,umami')
        .option('--include-delivered', 'also make anew what was delivered: it is sent a second time'),
    ),
  run: async ([ids], options) => {
    requireDecision(options);
    const { path, order } = requestOf(ids as readonly string[], options);
    const api = runningGateway();
    if (options.dryRun === true || options.yes !== true) {
      const plan = await api.post<ApiPlan>(path, { ...order, dry_run: true });
      if (options.json === true) printJson(plan);
      else print(planText(plan));
      if (options.dryRun === true) return plan.events.failed === 0 ? exitCodes.ok : exitCodes.problems;
      if (plan.events.total === 0) return exitCodes.ok;
      if (!(await isMeant('Replay them?', sendsToMany))) {
        print('nothing was replayed');
        return exitCodes.problems;
      }
    }
    const replay = await ended(await api.post<ApiReplay>(path, order), api, options.json !== true);
    if (options.json === true) printJson(replay);
    else print(replayText(replay));
    return replay.status === 'finished' && replay.events.failed === 0 ? exitCodes.ok : exitCodes.problems;
  },
};

interface Request {
  readonly path: string;
  readonly order: JsonObject;
}

/** One event has a call of its own, which tells why it cannot be replayed. */
function requestOf(ids: readonly string[], options: Readonly<Record<string, unknown>>): Request {
  const { destination, includeDelivered } = options;
  const scope = {
    ...(typeof destination === 'string' && { destinations: destination.split(',') }),
    include_delivered: includeDelivered === true,
  };
  const [id, ...others] = ids;
  if (id !== undefined && others.length === 0)
    return { path: `/events/${encodeURIComponent(id)}/replay`, order: scope };
  const filter = ids.length > 0 ? { ids } : filterOf(options, ['source', 'type', 'status', 'reason', 'cause']);
  return { path: '/replays', order: { ...scope, filter, rate: rateOf(options) } };
}

/** It goes on without us; here it is only watched. */
async function ended(begun: ApiReplay, api: ApiClient, isShown: boolean): Promise<ApiReplay> {
  const progress = new Progress();
  let replay = begun;
  while (replay.status === 'running') {
    if (isShown) progress.show(progressText(replay));
    await pause(lookEveryMs);
    replay = await api.get<ApiReplay>(`/replays/${replay.id}`);
  }
  progress.end();
  return replay;
}
