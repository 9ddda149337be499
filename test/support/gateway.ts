import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { type GatewayFile, readGatewayFile } from '../../src/config/gateway-file.ts';
import { namesOf } from '../../src/config/load.ts';
import { readSettings } from '../../src/config/settings.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import type { LogEvent } from '../../src/log.ts';
import type { MappingDefinition } from '../../src/mapping/compile.ts';
import { readMapping } from '../../src/mapping/load.ts';
import { postStripe, stripeBody, stripeSecret } from './stripe-sender.ts';

/** A whole gateway in this process, on free ports and a data folder of its own; stopped after the test. */

const running = new Set<{ stop(): Promise<void> }>();

afterEach(async () => {
  for (const gateway of running) await gateway.stop();
});

export interface Logged {
  readonly event: LogEvent;
  readonly [field: string]: unknown;
}

export interface TestGateway extends Gateway {
  readonly dataDir: string;
  /** What destinations of type console showed. */
  readonly shown: readonly string[];
  readonly logged: readonly Logged[];
  /** Posts a signed Stripe event; its answer's status. */
  send(id: string, type?: string): Promise<number>;
  get<T>(path: string): Promise<T>;
  /** Stops it and keeps its data, for a gateway after it. */
  halt(): Promise<void>;
}

export interface TestGatewayOptions {
  /** The `destinations:` of gateway.yaml, in JSON. */
  readonly destinations: Readonly<Record<string, unknown>>;
  /** By file name; or a folder that the gateway reads and watches. */
  readonly mappings: Readonly<Record<string, string>> | { readonly folder: string };
  readonly dataDir?: string;
  /** Of PostgreSQL; without it SQLite in the data folder. */
  readonly databaseUrl?: string;
  /** Of the environment, beside what every test has. */
  readonly variables?: Readonly<Record<string, string>>;
}

export async function testGateway({
  destinations,
  mappings,
  dataDir,
  databaseUrl,
  variables = {},
}: TestGatewayOptions): Promise<TestGateway> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'hookstitch-')));
  const text = JSON.stringify({
    version: 1,
    sources: { stripe: { type: 'stripe', secret: stripeSecret } },
    destinations,
  });
  const isFolder = typeof mappings.folder === 'string';
  const environment = environmentFrom({
    ...{ HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DATA_DIR: folder, STRIPE_WEBHOOK_SECRET: stripeSecret },
    ...(isFolder ? { MAPPINGS_DIR: mappings.folder } : {}),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...variables,
  });
  const file = readGatewayFile('gateway.yaml', text, { environment, publicUrl: undefined });
  const shown: string[] = [];
  const logged: Logged[] = [];
  const gateway = await startGateway({
    settings: readSettings(environment),
    file,
    environment: () => environment,
    ...(isFolder ? {} : { mappings: definitionsOf(mappings, file) }),
    log: { write: (event, fields) => logged.push({ event, ...fields }) },
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
    logged,
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

function definitionsOf(mappings: Readonly<Record<string, string>>, file: GatewayFile): readonly MappingDefinition[] {
  const read = Object.entries(mappings).map(([name, mapping]) =>
    readMapping({ name, shown: name }, mapping, namesOf(file)),
  );
  expect(read.flatMap(({ problems }) => problems)).toEqual([]);
  return read.flatMap(({ definition }) => (definition === undefined ? [] : [definition]));
}
