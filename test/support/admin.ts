import type { RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { Doorkeeper } from '../../src/http/access/doorkeeper.ts';
import { Passwords } from '../../src/http/access/password.ts';
import { type AdminDependencies, adminApp } from '../../src/http/admin-app.ts';
import { silentLog } from '../../src/log.ts';
import { emptyLibrary, unchangedGatewayFile } from '../../src/mapping/library.ts';
import type { Attempt, Outcome } from '../../src/model/attempt.ts';
import { causeOf } from '../../src/model/cause.ts';
import type { ClaimedDelivery, Draft } from '../../src/model/delivery.ts';
import type { ClaimedEvent } from '../../src/model/event.ts';
import type { WorkerId } from '../../src/model/id.ts';
import type { StitchOrigin } from '../../src/model/identity.ts';
import type { Json } from '../../src/model/json.ts';
import { MappingFiles } from '../../src/pipeline/mapping-files.ts';
import type { Store } from '../../src/store/store.ts';
import { claimDeliveries as claimed } from '../contracts/store-samples.ts';
import { now } from '../sources/raw-request.ts';
import { type ClientAnswer, request } from './http-client.ts';
import type { TestReceiver } from './receiver.ts';
import { type Served, serve } from './served.ts';

/** Many passwords are set and tried; how long that should take is not what the tests are about. */
const quickly = { ln: 4, r: 1, p: 1 };

export const token = 'a-token-of-at-least-32-characters';

export interface TestAdmin extends Served {
  /** What the API answers to someone with the token. */
  get(path: string): Promise<ClientAnswer>;
  /** The JSON of an answer that has to be 200. */
  json(path: string): Promise<Json>;
}

/** The admin side over a receiver's store; it lives as long as the test. `around` may change what the app sees. */
export async function testAdmin(
  { store, metrics }: TestReceiver,
  parts: Partial<AdminDependencies> = {},
  around: (app: RequestListener) => RequestListener = (app) => app,
): Promise<TestAdmin> {
  const setup = {
    file: { sources: [], destinations: [] },
    mappings: () => emptyLibrary,
    gatewayFile: () => unchangedGatewayFile,
    resumed: () => undefined,
    test: () => Promise.reject(new Error('this test sends no test event')),
    runningAs: {
      ...({
        version: '1.2.3',
        node: '24.0.0',
        startedAt: now,
        store: 'sqlite',
        logLevel: 'info',
        token: 'file',
      } as const),
      ...{ publicUrl: undefined, mappingsDir: './mappings', keep: { deliveredMs: 1, deadMs: 2, keysMs: 3 } },
    },
    sendSample: () => Promise.reject(new Error('this test sends no sample')),
    replayStarted: () => undefined,
    planReplay: () => Promise.reject(new Error('this test plans no replay')),
    notReady: () => undefined,
    publicUrl: undefined,
    localUrl: () => undefined,
    preview: () => Promise.reject(new Error('this test has no previews')),
    explain: () => Promise.reject(new Error('this test explains no values')),
    checkText: () => Promise.reject(new Error('this test checks no mapping')),
    files: new MappingFiles({ folder: undefined, isEnabled: true, check: async () => Promise.reject(new Error('no')) }),
    readers: async () => [],
    authoring: {
      lineage: () => Promise.reject(new Error('this test asks for no lineage')),
      draft: () => Promise.reject(new Error('this test drafts no mapping')),
      pin: () => Promise.reject(new Error('this test pins no event')),
      language: async () => ({}),
    },
    ending: new AbortController().signal,
    hosts: { adminUrl: undefined, adminHosts: [] },
    proxy: undefined,
    setupUrl: (secret: string) => `http://localhost/setup?token=${secret}`,
  };
  const { clock = { now: () => now } } = parts;
  const doorkeeper = new Doorkeeper({ store, clock, passwords: new Passwords(quickly) });
  const app = adminApp({ token, store, metrics, clock, doorkeeper, log: silentLog, ...setup, ...parts });
  const served = await serve(around(app));
  onTestFinished(served.stop);
  const get = (path: string) => request(`${served.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const json = async (path: string): Promise<Json> => {
    const { status, text } = await get(path);
    if (status !== 200) throw new Error(`${path} is answered ${status}: ${text}`);
    return JSON.parse(text);
  };
  return { ...served, get, json };
}

const worker: WorkerId = 'wrk_test';
const claim = { worker, limit: 100, leaseMs: 60_000, aloneAfterTries: 3, now };

/** Moves every waiting event as `move` says. */
export async function translateAll(
  { store }: TestReceiver,
  move: (event: ClaimedEvent) => {
    readonly runs: Json;
    readonly drafts?: readonly Draft[];
    readonly why?: string;
    readonly origins?: readonly StitchOrigin[];
  },
): Promise<void> {
  const events = await store.claimEvents(claim);
  await store.settleTranslations(
    events.map((event) => {
      const { runs, drafts = [], why, origins = [] } = move(event);
      const about = { event, settledAt: now, runs };
      return why === undefined ? { ...about, to: 'translated', drafts, origins } : { ...about, to: 'unmatched', why };
    }),
  );
}

export const draft = (destination: string, payload: Json = {}): Draft => ({
  mapping: { file: `${destination}.yaml`, version: 'v1' },
  item: 0,
  destination,
  outgoingId: '0b5d1c0e-0000-8000-8000-000000000000',
  payload: JSON.stringify(payload),
  stitch: null,
  person: null,
});

/** Takes due deliveries of one destination; the caller says what becomes of them. */
export const claimDeliveries = (
  store: Store,
  destination: string,
  at = now,
  limit = 100,
): Promise<readonly ClaimedDelivery[]> => claimed(store, destination, { worker, limit, leaseMs: 60_000, now: at });

export function attemptOf({ id, attempts }: ClaimedDelivery, outcome: Outcome): Attempt {
  const number = attempts + 1;
  return { id: `att_${id}_${number}`, deliveryId: id, number, startedAt: now, durationMs: 12, outcome };
}

/** The first due delivery to a destination is refused for good with this message. */
export async function letDie(store: Store, destination: string, message: string): Promise<ClaimedDelivery> {
  const [delivery] = await claimDeliveries(store, destination, now, 1);
  if (delivery === undefined) throw new Error('nothing was queued');
  const attempt = attemptOf(delivery, { kind: 'fail', reason: 'rejected', message });
  const about = { delivery, attempt, settledAt: now, to: 'dead', reason: 'rejected', cause: causeOf(message) } as const;
  await store.settleDeliveries({ destination, settlements: [about], observe: (lane) => lane });
  return delivery;
}
