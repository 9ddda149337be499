import { Router } from 'express';
import { z } from 'zod';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { GatewayFileState, Library } from '../mapping/library.ts';
import type { MappingFiles } from '../pipeline/mapping-files.ts';
import type { SampleRequest, SentSample } from '../pipeline/send-sample.ts';
import { notNamed } from '../pipeline/unserved.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import type { ToldSecrets } from './handshake.ts';
import type { Metrics } from './metrics.ts';
import { BodyReader } from './read-body.ts';
import { optionalJsonIn, parsedAs } from './request-json.ts';
import { sendJson } from './send-json.ts';
import { destinationJson, gatewayFileJson, mappingJson, sentSampleJson, sourceJson } from './setup-json.ts';

export interface SetupDependencies {
  /** What gateway.yaml names. */
  readonly file: {
    readonly sources: readonly ConfiguredSource[];
    readonly destinations: readonly ConfiguredDestination[];
  };
  readonly mappings: () => Library;
  readonly gatewayFile: () => GatewayFileState;
  readonly files: Pick<MappingFiles, 'whyReadOnly'>;
  readonly publicUrl: string | undefined;
  /** The receiver as this machine sees it; undefined as long as it does not listen. */
  readonly localUrl: () => string | undefined;
  readonly store: Pick<Store, 'stats' | 'listEvents' | 'lanes' | 'problems'>;
  readonly metrics: Pick<Metrics, 'requests' | 'lastSecretUse'>;
  readonly sendSample: (request: SampleRequest) => Promise<SentSample>;
  readonly toldSecrets?: ToldSecrets;
}

const sampleRequest = z.strictObject({ sample: z.string().max(100).optional() });

/** What is set up and how it is doing: mappings, sources and destinations by name. */
export function setupRouter(dependencies: SetupDependencies): Router {
  const { file, mappings, gatewayFile, files, publicUrl, localUrl } = dependencies;
  const { store, metrics, sendSample, toldSecrets } = dependencies;
  const router = Router({ strict: true, caseSensitive: true });
  const bodies = new BodyReader();

  router.get('/mappings', async (_request, response) => {
    const entries = [...mappings().values()].toSorted((a, b) => (a.file < b.file ? -1 : 1));
    sendJson(response, 200, {
      items: entries.map(mappingJson),
      gateway_file: gatewayFileJson(gatewayFile()),
      read_only: (await files.whyReadOnly()) ?? null,
    });
  });

  router.get('/sources', async (_request, response) => {
    const [requests, stats] = await Promise.all([metrics.requests(), store.stats()]);
    const items = file.sources.map(async (configured) => {
      const { name } = configured;
      const { items: newest } = await store.listEvents({ source: name }, { limit: 1 });
      const own = requests.filter(({ source }) => source === name);
      return sourceJson(configured, {
        publicUrl,
        localUrl: localUrl(),
        requests: own,
        lastEventAt: newest[0]?.receivedAt ?? null,
        stats,
        secretUse: metrics.lastSecretUse(name),
        toldSecret: toldSecrets?.get(name),
      });
    });
    sendJson(response, 200, { items: await Promise.all(items) });
  });

  router.post('/sources/:name/sample', async (request, response) => {
    const { sample } = parsedAs(sampleRequest, await optionalJsonIn(request, response, bodies));
    sendJson(response, 200, sentSampleJson(await sendSample({ source: request.params.name, sample })));
  });

  router.get('/destinations', async (_request, response) => {
    const [stats, lanes, problems] = await Promise.all([store.stats(), store.lanes(), store.problems()]);
    const contextOf = (name: string) => ({
      stats,
      problems,
      lane: lanes.find(({ destination }) => destination === name),
    });
    const known = new Set(file.destinations.map(({ name }) => name));
    const left = new Set(
      stats.deliveriesByDestination.map(({ destination }) => destination).filter((name) => !known.has(name)),
    );
    sendJson(response, 200, {
      items: [
        ...file.destinations.map(({ name, off, ...configured }) =>
          destinationJson({ name, configured, off }, contextOf(name)),
        ),
        ...[...left].map((name) => destinationJson({ name, configured: null, off: notNamed }, contextOf(name))),
      ],
    });
  });

  return router;
}
