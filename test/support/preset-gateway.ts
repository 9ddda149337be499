import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { readGatewayFile } from '../../src/config/gateway-file.ts';
import { readSettings } from '../../src/config/settings.ts';
import { startGateway } from '../../src/gateway.ts';
import { silentLog } from '../../src/log.ts';
import { sourceNamed } from '../../src/sources/index.ts';
import type { ConfiguredSource, Source } from '../../src/sources/source.ts';

/** A whole gateway in this process whose sources are presets, each under its own name; without mappings. */

export const publicUrl = 'https://hooks.example.com';

interface StoredEvent {
  readonly source: string;
  readonly type: string;
  readonly status: string;
}

export interface PresetGateway {
  readonly url: string;
  readonly sources: readonly ConfiguredSource[];
  source(name: string): Source;
  /** Newest first, of one source or of all. */
  events(source?: string): Promise<readonly StoredEvent[]>;
  /** The secret that a source's sender has told, as `GET /api/sources` shows it. */
  told(source: string): Promise<string | null>;
  /** And remove what it has stored. */
  stop(): Promise<void>;
}

export async function presetGateway(settings: Readonly<Record<string, object>>): Promise<PresetGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hookstitch-'));
  const environment = environmentFrom({
    ...{ HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DATA_DIR: dataDir, PUBLIC_URL: publicUrl },
  });
  const sources = Object.fromEntries(Object.entries(settings).map(([name, each]) => [name, { type: name, ...each }]));
  const text = JSON.stringify({ version: 1, sources, destinations: {} });
  const file = readGatewayFile('gateway.yaml', text, { environment, publicUrl, sourceNamed });
  expect(file.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const gateway = await startGateway({
    ...{ settings: readSettings(environment), file, environment: () => environment, mappings: [] },
    log: silentLog,
    show: () => undefined,
  });
  const get = async <T>(path: string): Promise<{ readonly items: readonly T[] }> => {
    const headers = { authorization: `Bearer ${gateway.token}` };
    const answer = await fetch(`${gateway.adminUrl}/api/${path}`, { headers });
    return (await answer.json()) as { readonly items: readonly T[] };
  };
  return {
    url: gateway.url,
    sources: file.sources,
    source: (name) => sourceNamed(name) ?? expect.unreachable(`no preset ${name}`),
    events: async (source) =>
      (await get<StoredEvent>(source === undefined ? 'events' : `events?source=${source}`)).items,
    told: async (source) => {
      const { items } = await get<{ name: string; told_secret: { secret: string } | null }>('sources');
      return items.find(({ name }) => name === source)?.told_secret?.secret ?? null;
    },
    stop: async () => {
      await gateway.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
