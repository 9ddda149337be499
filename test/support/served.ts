import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { listen, type ServerLimits, serverLimits } from '../../src/http/listen.ts';
import type { Clock } from '../../src/model/clock.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';

/** What a test still has open may take this long to finish before it is cut. */
const graceMs = 1_000;

afterAll(() => {
  const servers = process.getActiveResourcesInfo().filter((resource) => resource === 'TCPServerWrap');
  expect(servers, 'servers that no test has stopped').toEqual([]);
});

export interface Served {
  readonly url: string;
  readonly port: number;
  /** Bytes the server has read from all its connections. */
  bytesTaken(): number;
  stop(): Promise<void>;
}

/** The handler on a free port of this machine, served as the gateway serves it. */
export async function serve(handler: RequestListener, limits: Partial<ServerLimits> = {}): Promise<Served> {
  const sockets = new Set<Socket>();
  const counting: RequestListener = (request, response) => {
    sockets.add(request.socket);
    handler(request, response);
  };
  const { url, port, close } = await listen(counting, { host: '127.0.0.1', port: 0 }, { ...serverLimits, ...limits });
  return {
    url,
    port,
    bytesTaken: () => [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    stop: () => close(graceMs),
  };
}

export interface TemporaryStore {
  readonly store: Store;
  readonly dataDir: string;
  /** Closes the store and removes its folder. */
  remove(): Promise<void>;
}

export async function temporaryStore(clock: Clock): Promise<TemporaryStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hookstitch-'));
  const store = await openStore({ dataDir, clock });
  const remove = async (): Promise<void> => {
    await store.close();
    await rm(dataDir, { recursive: true });
  };
  return { store, dataDir, remove };
}
