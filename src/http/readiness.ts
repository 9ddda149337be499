import type { Request, Response } from 'express';
import { type GatewayFileState, hasRefused, type Library, statusOf } from '../mapping/library.ts';
import type { Store, StoreCondition } from '../store/store.ts';
import { type Audience, sendUnavailable } from './problem.ts';
import { sendJson } from './send-json.ts';

export interface ReadinessDependencies {
  readonly store: Pick<Store, 'ping' | 'condition'>;
  /** Why no traffic must come here now, in a word; undefined when all is well. */
  readonly notReady: () => string | undefined;
  readonly mappings: () => Library;
  readonly gatewayFile: () => GatewayFileState;
}

/** `GET /readyz`. Which file is broken, and where, is no business of the internet. */
export function readiness(
  { store, notReady, mappings, gatewayFile }: ReadinessDependencies,
  audience: Audience,
): (request: Request, response: Response) => Promise<void> {
  return async (_request, response) => {
    const reason = notReady();
    if (reason !== undefined) return sendUnavailable(response, { status: reason });
    await store.ping();
    const condition = await store.condition();
    const [library, file] = [mappings(), gatewayFile()];
    const inWords = {
      status: 'ready',
      store: inOneWord(condition),
      mappings: hasRefused(library) ? 'degraded' : 'ok',
      gateway_file: file.status,
    };
    sendJson(response, 200, audience === 'internet' ? inWords : { ...inWords, problems: errorsIn(library, file) });
  };
}

/** What an operator has to do something about; requests are answered as well as can be all the same. */
function inOneWord({ damages, disk }: StoreCondition): 'ok' | 'damaged' | 'short_of_space' {
  if (damages.length > 0) return 'damaged';
  return disk !== null && disk.freeBytes < disk.reserveBytes ? 'short_of_space' : 'ok';
}

/** The errors that keep the newest text of a file from being in force. */
function errorsIn(library: Library, file: GatewayFileState): readonly object[] {
  const refused = [...library.values()].filter((entry) => statusOf(entry) === 'refused');
  return [file, ...refused]
    .flatMap(({ problems }) => problems)
    .filter(({ severity }) => severity === 'error')
    .map(({ at, code }) => ({ file: at.file, line: at.line, column: at.column, code }));
}
