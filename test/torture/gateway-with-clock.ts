import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentFrom } from '../../src/config/environment.ts';
import { readGatewayFile } from '../../src/config/gateway-file.ts';
import { namesOf } from '../../src/config/load.ts';
import { readSettings } from '../../src/config/settings.ts';
import { startGateway } from '../../src/gateway.ts';
import { readMapping } from '../../src/mapping/load.ts';
import type { Clock } from '../../src/model/clock.ts';

/** A gateway in this process, with ports of its own and a clock that is set from outside: no library can do that everywhere. */
export interface ClockedGateway {
  readonly url: string;
  readonly clock: SetClock;
  readonly log: readonly LogLine[];
  ask<T>(path: string): Promise<T>;
  remove(): Promise<void>;
}

export interface LogLine {
  /** As in `request.refused`. */
  readonly line: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** By the gateway's clock. */
  readonly at: Date;
}

/** Goes on by itself, and can be set. */
export interface SetClock extends Clock {
  /** By so much off the real time. */
  set(offMs: number): void;
}

function setClock(): SetClock {
  let off = 0;
  return {
    now: () => new Date(Date.now() + off),
    set: (offMs) => {
      off = offMs;
    },
  };
}

export async function gatewayWithClock(gatewayText: string, mapping: string): Promise<ClockedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'hookstitch-'));
  const token = 'test-token-of-more-than-32-characters';
  const environment = environmentFrom({
    ...{ HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', ADMIN_TOKEN: token, DATA_DIR: folder },
  });
  const file = readGatewayFile('gateway.yaml', gatewayText, { environment, publicUrl: undefined });
  const { definition } = readMapping({ name: 'torture.yaml', shown: 'torture.yaml' }, mapping, namesOf(file));
  const clock = setClock();
  const log: LogLine[] = [];
  const gateway = await startGateway({
    ...{ settings: readSettings(environment), file, clock, show: () => undefined },
    mappings: definition === undefined ? [] : [definition],
    environment: () => environment,
    log: { write: (line, fields) => void log.push({ line, fields: { ...fields }, at: clock.now() }) },
  });
  return {
    url: gateway.url,
    clock,
    log,
    ask: async <T>(path: string) => {
      const answer = await fetch(`${gateway.adminUrl}${path}`, { headers: { authorization: `Bearer ${token}` } });
      return (await answer.json()) as T;
    },
    remove: async () => {
      await gateway.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
