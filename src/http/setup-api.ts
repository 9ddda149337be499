import { Router } from 'express';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { GatewayFileState, Library } from '../mapping/library.ts';
import { notNamed } from '../pipeline/unserved.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import type { ToldSecrets } from './handshake.ts';
import type { Metrics } from './metrics.ts';
import { sendJson } from './send-json.ts';
import { destinationJson, gatewayFileJson, mappingJson, sourceJson } from './setup-json.ts';

export interface SetupDependencies {
  /** What gateway.yaml names. */
  readonly file: {
    readonly sources: readonly ConfiguredSource[];
    readonly destinations: readonly ConfiguredDestination[];
  };
  readonly mappings: () => Library;
  readonly gatewayFile: () => GatewayFileState;
  readonly publicUrl: string | undefined;
  /** The receiver as this machine sees it; undefined as long as it does not listen. */
  readonly localUrl: () => string | undefined;
  readonly store: Pick<Store, 'stats' | 'listEvents' | 'lanes'>;
  readonly metrics: Pick<Metrics, 'requests'>;
  readonly toldSecrets?: ToldSecrets;
}

/** What is set up and how it is doing: mappings, sources and destinations by name. */
export function setupRouter(dependencies: SetupDependencies): Router {
  const { file, mappings, gatewayFile, publicUrl, localUrl, store, metrics, toldSecrets } = dependencies;
  const router = Router({ strict: true, caseSensitive: true });

  router.get('/mappings', (_request, response) => {
    const entries = [...mappings().values()].toSorted((a, b) => (a.file < b.file ? -1 : 1));
    sendJson(response, 200, { items: entries.map(mappingJson), gateway_file: gatewayFileJson(gatewayFile()) });
  });

  router.get('/sources', async (_request, response) => {
    const requests = await metrics.requests();
    const items = file.sources.map(async (configured) => {
      const { name } = configured;
      const { items: newest } = await store.listEvents({ source: name }, { limit: 1 });
      const own = requests.filter(({ source }) => source === name);
      return sourceJson(configured, {
        publicUrl,
        localUrl: localUrl(),
        requests: own,
        lastEventAt: newest[0]?.receivedAt ?? null,
        toldSecret: toldSecrets?.get(name),
      });
    });
    sendJson(response, 200, { items: await Promise.all(items) });
  });

  router.get('/destinations', async (_request, response) => {
    const [stats, lanes] = await Promise.all([store.stats(), store.lanes()]);
    const contextOf = (name: string) => ({ stats, lane: lanes.find(({ destination }) => destination === name) });
    const known = new Set(file.destinations.map(({ name }) => name));
    const left = new Set(
      stats.deliveriesByDestination.map(({ destination }) => destination).filter((name) => !known.has(name)),
    );
    sendJson(response, 200, {
      items: [
        ...file.destinations.map(({ name, destination, off }) =>
          destinationJson({ name, destination, off }, contextOf(name)),
        ),
        ...[...left].map((name) => destinationJson({ name, destination: null, off: notNamed }, contextOf(name))),
      ],
    });
  });

  return router;
}
