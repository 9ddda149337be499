import { onTestFinished } from 'vitest';
import type { ServerLimits } from '../../src/http/listen.ts';
import { createMetrics, type Metrics } from '../../src/http/metrics.ts';
import { type ReceiverDependencies, receiverApp } from '../../src/http/receiver-app.ts';
import { silentLog } from '../../src/log.ts';
import { emptyLibrary, unchangedGatewayFile } from '../../src/mapping/library.ts';
import { sources as registry } from '../../src/sources/index.ts';
import type { ConfiguredSource, Source, SourceSettings } from '../../src/sources/source.ts';
import type { EventSummary, Store } from '../../src/store/store.ts';
import { now, secret, settingsOf } from '../sources/raw-request.ts';
import { type ClientAnswer, request } from './http-client.ts';
import { type Served, serve, temporaryStore } from './served.ts';

export const publicUrl = 'https://hooks.example.com';

export interface TestReceiver extends Served {
  readonly store: Store;
  readonly dataDir: string;
  readonly metrics: Metrics;
  /** Everything stored, newest first. */
  events(): Promise<readonly EventSummary[]>;
  /** Sends what the source itself would send: signed, now. */
  post(source: Source, body: string | Uint8Array, kind?: string): Promise<ClientAnswer>;
}

export interface TestReceiverOptions extends Partial<Omit<ReceiverDependencies, 'sources' | 'metrics'>> {
  /** All known ones, unless given. */
  readonly sources?: readonly ConfiguredSource[];
  readonly limits?: Partial<ServerLimits>;
}

/** A source as gateway.yaml would configure it under its own name; `settings` replace its settings unchecked. */
export function configured(source: Source, settings: Partial<SourceSettings> & object = {}): ConfiguredSource {
  return { name: source.name, source, settings: { ...settingsOf(source), ...settings }, off: null, apiOff: null };
}

/** The receiver over a real store in a folder of its own; it lives as long as the test. */
export async function testReceiver(options: TestReceiverOptions = {}): Promise<TestReceiver> {
  const receiver = await startReceiver(options);
  onTestFinished(receiver.stop);
  return receiver;
}

/** For a receiver that many tests share: whoever starts it stops it. */
export async function startReceiver({ sources, limits, ...parts }: TestReceiverOptions = {}): Promise<TestReceiver> {
  const { clock = { now: () => now } } = parts;
  const { store, dataDir, remove } = await temporaryStore(clock);
  const metrics = createMetrics({ store, clock });
  const known = sources ?? Object.values(registry).map((source) => configured(source));
  const app = receiverApp({
    sources: new Map(known.map((source) => [source.name, source])),
    publicUrl,
    store,
    log: silentLog,
    recorded: () => undefined,
    notReady: () => undefined,
    mappings: () => emptyLibrary,
    gatewayFile: () => unchangedGatewayFile,
    ...parts,
    clock,
    metrics,
  });
  const served = await serve(app, limits);
  return {
    ...served,
    store,
    dataDir,
    metrics,
    events: async () => (await store.listEvents({}, { limit: 1_000 })).items,
    post: (source, body, kind) => request(`${served.url}${endpoint(source, kind)}`, signedPost(source, body, kind)),
    stop: async () => {
      await served.stop();
      await remove();
    },
  };
}

const endpoint = (source: Source, kind?: string): string => `/in/${[source.name, kind].filter(Boolean).join('/')}`;

interface SignedPost {
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The request of a source to its endpoint, signed now with the secret of all tests. */
export function signedPost(source: Source, body: string | Uint8Array, kind?: string): SignedPost {
  const bytes = Buffer.from(body);
  const headers = source.sign(
    { method: 'POST', url: `${publicUrl}${endpoint(source, kind)}`, body: bytes },
    secret,
    now,
  );
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: bytes };
}
