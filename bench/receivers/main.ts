/** The process of a receiver that does nothing but receive: KIND says what of it, PORT where, DATA_DIR with which store. */
import { createServer } from 'node:http';
import { listen } from '../../src/http/listen.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { receiverApp } from '../../src/http/receiver-app.ts';
import { createLog } from '../../src/log.ts';
import { emptyLibrary, unchangedGatewayFile } from '../../src/mapping/library.ts';
import { systemClock } from '../../src/model/clock.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { stripeSecret } from '../load/stripe-requests.ts';
import { type ReceiverKind, receiverKinds } from './receiver-kinds.ts';

const { KIND, PORT, DATA_DIR = '' } = process.env;
const port = Number(PORT);

/** Reads bodies and answers: as fast as this platform receives at all. */
function serveFloor(): void {
  const answer = '{"accepted":1,"duplicates":0}';
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      Buffer.concat(chunks);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
    });
  }).listen(port, '127.0.0.1');
}

/** The gateway's receiver, with nothing behind its store. */
async function serveReceiver(keeping: (store: Store) => Pick<Store, 'recordRequest'>): Promise<void> {
  const store = await openStore({ dataDir: DATA_DIR });
  const { recordRequest } = keeping(store);
  const settings = stripe.settings.parse({ type: 'stripe', secret: stripeSecret });
  const app = receiverApp({
    sources: new Map([['stripe', { name: 'stripe', source: stripe, settings, off: null, apiOff: null }]]),
    publicUrl: undefined,
    store: { recordRequest, ping: () => store.ping(), condition: () => store.condition() },
    clock: systemClock,
    log: createLog({ level: 'info', pretty: false }),
    metrics: createMetrics({ store, clock: systemClock }),
    recorded: () => undefined,
    notReady: () => undefined,
    mappings: () => emptyLibrary,
    gatewayFile: () => unchangedGatewayFile,
  });
  await listen(app, { host: '127.0.0.1', port });
}

const real = (store: Store): Pick<Store, 'recordRequest'> => ({
  recordRequest: (request) => store.recordRequest(request),
});

/** Says at once that everything is stored. */
const forgetful = (): Pick<Store, 'recordRequest'> => ({
  recordRequest: ({ events }) => Promise.resolve({ accepted: events.length, duplicates: 0 }),
});

const serve: Readonly<Record<ReceiverKind, () => void | Promise<void>>> = {
  floor: serveFloor,
  storeless: () => serveReceiver(forgetful),
  durable: () => serveReceiver(real),
};

for (const kind of receiverKinds) if (kind === KIND) await serve[kind]();
