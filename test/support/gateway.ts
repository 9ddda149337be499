import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { readGatewayFile } from '../../src/config/gateway-file.ts';
import { namesOf } from '../../src/config/load.ts';
import { readSettings } from '../../src/config/settings.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { silentLog } from '../../src/log.ts';
import { readMapping } from '../../src/mapping/load.ts';
import { postStripe, stripeBody, stripeSecret } from '../checks/stripe-sender.ts';

/** A whole gateway in this process, on free ports and a data folder of its own; stopped after the test. */

const running = new Set<{ stop(): Promise<void> }>();

afterEach(async () => {
  for (const gateway of running) await gateway.stop();
});

export interface TestGateway extends Gateway {
  readonly dataDir: string;
  /** What destinations of type console showed. */
  readonly shown: readonly string[];
  /** Posts a signed Stripe event; its answer's status. */
  send(id: string, type?: string): Promise<number>;
  get<T>(path: string): Promise<T>;
  /** Stops it and keeps its data, for a gateway after it. */
  halt(): Promise<void>;
}

export interface TestGatewayOptions {
  /** The `destinations:` of gateway.yaml, in JSON. */
  readonly destinations: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, string>>;
  readonly dataDir?: string;
}

export async function testGateway({ destinations, mappings, dataDir }: TestGatewayOptions): Promise<TestGateway> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'hookstitch-')));
  const text = JSON.stringify({
    version: 1,
    sources: { stripe: { type: 'stripe', secret: stripeSecret } },
    destinations,
  });
  const environment = environmentFrom({ HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DATA_DIR: folder });
  const file = readGatewayFile('gateway.yaml', text, { environment, publicUrl: undefined });
  const read = Object.entries(mappings).map(([name, mapping]) =>
    readMapping({ name, shown: name }, mapping, namesOf(file)),
  );
  expect(read.flatMap(({ problems }) => problems)).toEqual([]);
  const definitions = read.flatMap(({ definition }) => (definition === undefined ? [] : [definition]));
  const shown: string[] = [];
  const gateway = await startGateway({
    settings: readSettings(environment),
    file,
    mappings: definitions,
    log: silentLog,
    show: (line) => shown.push(line),
  });
  const halt = async (): Promise<void> => {
    running.delete(registered);
    await gateway.stop();
  };
  const registered = {
    stop: async () => {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
  };
  running.add(registered);
  return {
    ...gateway,
    dataDir: folder,
    shown,
    halt,
    send: (id, type) => postStripe(gateway.url, stripeBody(id, type)),
    get: async <T>(path: string) => {
      const answer = await fetch(`${gateway.adminUrl}${path}`, {
        headers: { authorization: `Bearer ${gateway.token}` },
      });
      return (await answer.json()) as T;
    },
  };
}
