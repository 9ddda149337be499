import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentFrom } from '../config/environment.ts';
import { readGatewayFile } from '../config/gateway-file.ts';
import { readSettings } from '../config/settings.ts';
import { type Gateway, startGateway } from '../gateway.ts';
import { silentLog } from '../log.ts';
import { gatewayFileName } from '../mapping/folder.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import { demoGateway } from './gateway-text.ts';
import { demoCredentials } from './scenario.ts';
import { type StandInName, startStandIn } from './stand-ins/index.ts';
import type { StandIn } from './stand-ins/stand-in.ts';

/** The mappings that hookstitch ships: beside `src/` and `dist/` alike. */
const shippedMappings = fileURLToPath(new URL('../../mappings', import.meta.url));

export interface Demo {
  readonly gateway: Gateway;
  readonly sources: readonly ConfiguredSource[];
  readonly standIns: readonly StandIn[];
  /** Stops everything and forgets the demo's data. */
  stop(): Promise<void>;
}

/** A whole gateway with throw-away secrets and the shipped mappings, before four stand-ins for the real destinations. */
export async function startDemo(ports: { readonly receiver: number; readonly admin: number }): Promise<Demo> {
  const credentials = demoCredentials(randomBytes);
  const standIns = await startStandIns(credentials.destinations);
  const folder = await mkdtemp(join(tmpdir(), 'hookstitch-demo-'));
  const cleanUp = async (): Promise<void> => {
    await Promise.all(Object.values(standIns).map((standIn) => standIn.close()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const urls = {
      usermaven: standIns.usermaven.url,
      vemetric: standIns.vemetric.url,
      umami: standIns.umami.url,
      segment: standIns.segment.url,
    };
    const { text, variables } = demoGateway(credentials, urls);
    const port = String(await freePort(ports.receiver));
    const own = {
      HOST: '127.0.0.1',
      PORT: port,
      ADMIN_PORT: String(await freePort(ports.admin)),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
    };
    const folders = { DATA_DIR: join(folder, 'data'), MAPPINGS_DIR: await copiedMappings(folder, text) };
    const environment = environmentFrom({ ...variables, ...own, ...folders });
    const settings = readSettings(environment);
    const name = join(settings.mappingsDir, gatewayFileName);
    const file = readGatewayFile(name, text, { environment, publicUrl: settings.publicUrl });
    const gateway = await startGateway({
      settings,
      file,
      environment: () => environment,
      log: silentLog,
      show: () => undefined,
    });
    const stop = async (): Promise<void> => {
      await gateway.stop();
      await cleanUp();
    };
    return { gateway, sources: file.sources, standIns: Object.values(standIns), stop };
  } catch (error) {
    // What was started must not outlive a demo that did not come up.
    await cleanUp();
    throw error;
  }
}

/** The demo's own mappings folder: whoever plays with a mapping leaves those that are shipped as they are. */
async function copiedMappings(folder: string, gatewayText: string): Promise<string> {
  const mappings = join(folder, 'mappings');
  await cp(shippedMappings, mappings, { recursive: true });
  await writeFile(join(mappings, gatewayFileName), gatewayText);
  return mappings;
}

type DestinationCredentials = ReturnType<typeof demoCredentials>['destinations'];

async function startStandIns(credentials: DestinationCredentials): Promise<Readonly<Record<StandInName, StandIn>>> {
  const [usermaven, vemetric, umami, segment] = await Promise.all([
    startStandIn('usermaven', credentials.usermaven),
    startStandIn('vemetric', credentials.vemetric),
    startStandIn('umami', credentials.umami),
    startStandIn('segment', credentials.segment),
  ]);
  return { usermaven, vemetric, umami, segment };
}

/** The wanted port, or any free one where it is taken. */
async function freePort(wanted: number): Promise<number> {
  return (await probe(wanted)) ?? (await probe(0)) ?? 0;
}

function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
