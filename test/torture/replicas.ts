import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { seededRandom } from '../sources/mutants.ts';
import { createWorkspace, type GatewayProcess, settled, type Workspace } from '../support/gateway-process.ts';
import { startPostgresServer } from '../support/postgres/server.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { judgeCopies } from './copies.ts';
import { quantile } from './quantile.ts';
import { atLeast, atMost, type Context, defineScenario, none, type Report } from './scenario.ts';
import { isAcknowledged } from './senders.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { type SinkCall, startSink } from './sink.ts';

const concurrency = 8;
const everyMs = 250;
const answerMsMax = 40;
/** That of one attempt, with the longest wait that is promised on top of it. */
const leaseMs = 60_000;
const waitMsMax = leaseMs + 5_000;
const settleMsMax = 300_000;
const giveUpMs = 10_000;

type Size = { readonly kills: number; readonly restarts: number; readonly senders: number };

export const replicas = defineScenario({
  name: 'replicas',
  description:
    'Kills either of two replicas on one PostgreSQL, and the server, again and again under load: nothing is lost.',
  sizes: { ci: { kills: 8, restarts: 2, senders: 16 }, release: { kills: 40, restarts: 5, senders: 16 } },
  run,
});

async function run({ size, seed }: Context<Size>): Promise<Report> {
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'hookstitch-replicas-'));
  // The server may run as another user.
  await chmod(folder, 0o755);
  const server = await startPostgresServer(join(folder, 'server'));
  const sink = await startSink((_call, response) => {
    setTimeout(() => response.writeHead(200).end('{"success":true}'), random() * answerMsMax);
  });
  const pair = await Promise.all([replicaOn(server.url, sink.url), replicaOn(server.url, sink.url)]);
  const urls = pair.map(({ url }) => url);
  try {
    for (const replica of pair) await replica.start();
    const senders = sendAlternately(urls, size.senders);
    try {
      for (const act of shuffled(size, random)) {
        await pause(500 + random() * 2_000);
        if (act === 'kill') await pair[random() < 0.5 ? 0 : 1]?.killed();
        else await server.restart('immediate');
      }
      await pause(1_000);
    } finally {
      await senders.stop(giveUpMs);
    }
    await settled(pair[0].workspace, settleMsMax);
    const queued = await queuedIn(server.url);
    const exits = pair.filter(({ hasExited }) => hasExited()).length;
    for (const replica of pair) await replica.stop();
    return judged({ size, calls: sink.calls, acknowledged: senders.acknowledged, queued, exits });
  } finally {
    for (const { workspace } of pair) await workspace.remove();
    await sink.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Replica {
  readonly url: string;
  readonly workspace: Workspace;
  start(): Promise<void>;
  /** SIGKILL, and started again as a supervisor would. */
  killed(): Promise<void>;
  /** By itself, at any time. */
  hasExited(): boolean;
  stop(): Promise<void>;
}

async function replicaOn(databaseUrl: string, sinkUrl: string): Promise<Replica> {
  const workspace = await createWorkspace({
    gateway: gatewayText({ sink: { url: sinkUrl, settings: { concurrency } } }),
    mappings: { 'torture.yaml': torturedMapping(['sink']) },
    environment: { DATABASE_URL: databaseUrl },
  });
  let running: GatewayProcess | undefined;
  let exits = 0;
  const start = async (): Promise<void> => {
    running = await workspace.start();
  };
  const hasEnded = (): boolean => running?.child.exitCode !== null || running.child.signalCode !== null;
  return {
    url: workspace.url,
    workspace,
    start,
    killed: async () => {
      if (hasEnded()) exits += 1;
      else await running?.end('SIGKILL');
      await start();
    },
    hasExited: () => exits > 0 || hasEnded(),
    stop: async () => void (await running?.end('SIGTERM')),
  };
}

/** The acts in some order, drawn. */
function shuffled({ kills, restarts }: Size, random: () => number): readonly ('kill' | 'restart')[] {
  const left = { kill: kills, restart: restarts };
  return Array.from({ length: kills + restarts }, () => {
    const act = random() * (left.kill + left.restart) < left.kill ? 'kill' : 'restart';
    left[act] -= 1;
    return act;
  });
}

interface Acknowledged {
  readonly id: string;
  readonly atMs: number;
}

/** Each sender is one person, and sends their next event when the one before is acknowledged, to the other replica. */
function sendAlternately(urls: readonly string[], senders: number) {
  const acknowledged: Acknowledged[] = [];
  let deadline = Number.POSITIVE_INFINITY;
  let isSending = true;
  const send = async (person: number): Promise<void> => {
    for (let number = 0; isSending; number += 1) {
      const id = `evt_${person}_${number}`;
      const body = stripeBody(id, 'check.event', { customer: `cus_${person}` });
      let tries = number;
      while (!(await isAcknowledged(urls[tries % urls.length] ?? '', body))) {
        if (performance.now() > deadline) return;
        tries += 1;
        await pause(20);
      }
      acknowledged.push({ id, atMs: Date.now() });
      await pause(everyMs);
    }
  };
  const sending = Promise.all(Array.from({ length: senders }, (_, person) => send(person)));
  return {
    acknowledged: acknowledged as readonly Acknowledged[],
    /** What is under way is sent until it is acknowledged, or given up. */
    stop: async (withinMs: number) => {
      isSending = false;
      deadline = performance.now() + withinMs;
      await sending;
    },
  };
}

/** One delivery, in the order in which they were queued. */
interface Queued {
  readonly event: string;
  readonly person: string;
  readonly outgoing_id: string;
  /** Leases that ended with nothing written. */
  readonly lost: number;
}

async function queuedIn(url: string): Promise<readonly Queued[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Queued>(`
      select event.external_id as event, person, outgoing_id,
        event.tries - 1 + delivery.lease_token - delivery.attempts as lost
      from delivery join event on event.id = delivery.event_id order by delivery.seq`);
    return rows;
  } finally {
    await client.end();
  }
}

interface Judging {
  readonly size: Size;
  readonly calls: readonly SinkCall[];
  readonly acknowledged: readonly Acknowledged[];
  readonly queued: readonly Queued[];
  readonly exits: number;
}

function judged({ size, calls, acknowledged, queued, exits }: Judging): Report {
  const { lost, copies, changed } = judgeCopies({ calls, acknowledged: acknowledged.map(({ id }) => id) });
  const firstAtMs = new Map<string, number>();
  for (const { event, arrivedAtMs } of calls) if (!firstAtMs.has(event)) firstAtMs.set(event, arrivedAtMs);
  const waits = acknowledged.map(({ id, atMs }) => (firstAtMs.get(id) ?? Number.POSITIVE_INFINITY) - atMs);
  return {
    goals: [
      atLeast('acknowledged events', acknowledged.length, size.kills),
      none('acknowledged events lost', lost),
      none('replicas that exited by themselves', exits),
      atMost('longest wait from acknowledgement to arrival', Math.max(...waits), waitMsMax, 'ms'),
      none("arrivals in another order than a person's were queued", inversions(calls, queued)),
      atMost('copies', copies, (size.kills + size.restarts) * concurrency),
      none('events whose copies differ in id or bytes', changed),
    ],
    figures: {
      acknowledged: acknowledged.length,
      lost,
      copies,
      leasesLost: queued.reduce((sum, one) => sum + one.lost, 0),
      medianWaitMs: Math.round(quantile(waits, 0.5)),
      p99WaitMs: Math.round(quantile(waits, 0.99)),
    },
  };
}

/** First arrivals of a person that came before something of theirs that was queued earlier. */
function inversions(calls: readonly SinkCall[], queued: readonly Queued[]): number {
  const places = new Map<string, number>();
  for (const { messageId } of calls) if (!places.has(messageId)) places.set(messageId, places.size);
  const lines = Map.groupBy(queued, ({ person }) => person).values();
  return [...lines].reduce((sum, line) => {
    const order = line.map(({ outgoing_id: id }) => places.get(id) ?? Number.POSITIVE_INFINITY);
    return sum + order.filter((place, index) => place < (order[index - 1] ?? -1)).length;
  }, 0);
}
