import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { dateFromMs } from '../../src/model/clock.ts';
import { moveStore } from '../../src/store/move-store.ts';
import { openStore } from '../../src/store/open.ts';
import { DatabaseClock } from '../../src/store/postgres/clock.ts';
import { Connections } from '../../src/store/postgres/connections.ts';
import { fillStore } from '../support/filled-store.ts';
import { startPostgresServer } from '../support/postgres/server.ts';
import { atLeast, type Context, defineScenario, exactly, none, type Report } from './scenario.ts';
import { watchMemory } from './watch-memory.ts';

type Size = { readonly events: number };

export const move = defineScenario({
  name: 'move',
  description:
    'Moves a store with events and deliveries in every state from SQLite to PostgreSQL: every row is as it was.',
  sizes: { ci: { events: 10_000 }, release: { events: 100_000 } },
  run,
});

/** Read here without the code that moves them: what differs is lost, changed or doubled. */
const questions = {
  requests: 'select seq, source, kind, method, url, received_at, headers, body from request',
  events: `select seq, id, request_seq, item, source, type, external_id, occurred_at, received_at, status, reason, message,
    tries, claimed_by, lease_ends_at, settled_at, due_at, waits_for, runs, cause, replay_seq from event`,
  deliveries: `select seq, id, event_id, destination, outgoing_id, attempts, failures, failing_since, created_at, status,
    due_at, is_behind, claimed_by, lease_ends_at, lease_token, settled_at, reason, cause, person, replay_of, stitch, payload
    from delivery`,
  attempts: `select id, delivery_id, number, started_at, duration_ms, outcome, reason, message, retry_after_ms, lane,
    ambiguous, response_status, response_body from attempt`,
  lanes: 'select * from lane',
  replays: 'select * from replay',
  problems: 'select kind, name, reason, cause, count from problem',
  tallies: 'select kind, name, status, count from tally',
  stitchTallies: 'select source, origin, count from stitch_tally',
  identifiers: 'select seq, kind, value from identifier',
  links: 'select identifier, linked, source, event_id, seen_at from identity_link',
  marks: 'select identifier, event_id from event_identifier',
  joins: 'select destination, user_id, anonymous_id, event_id, joined_at from identity_join',
  goneEvents: 'select digest, gone_at from gone_event',
};

async function run({ size }: Context<Size>): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'hookstitch-move-'));
  // The server may run as another user.
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'data');
  const clock = { now: () => dateFromMs(Date.UTC(2026, 10, 21, 12)) };
  const filling = await openStore({ dataDir, clock });
  await fillStore(filling, size.events);
  const statuses = await filling.stats();
  await filling.close();
  const server = await startPostgresServer(join(folder, 'server'));
  const memory = watchMemory({ child: process });
  try {
    const file = join(dataDir, 'hookstitch.db');
    const hashBefore = await hashOf(file);
    const startedMs = performance.now();
    const moved = await moveStore({ dataDir, databaseUrl: server.url, now: clock.now() });
    const seconds = (performance.now() - startedMs) / 1_000;
    const differing = await differences(file, server.url);
    const rows = moved.reduce((sum, table) => sum + table.rows, 0);
    const counted = { ...statuses.events, ...statuses.deliveries };
    return {
      goals: [
        exactly('events moved', moved.find(({ table }) => table === 'event')?.rows ?? 0, size.events),
        exactly(
          'states that events and deliveries are in',
          Object.values(counted).filter((count) => count > 0).length,
          9,
        ),
        none(
          'rows that are not the same on both sides',
          differing.reduce((sum, { count }) => sum + count, 0),
        ),
        exactly(
          "bytes of SQLite's file that stayed as they were, in percent",
          hashBefore === (await hashOf(file)) ? 100 : 0,
          100,
        ),
        none('gateways that start on what was moved', await starts(dataDir)),
        atLeast('rows moved', rows, size.events),
      ],
      figures: {
        rows,
        seconds,
        rowsPerSecond: Math.round(rows / seconds),
        grownMb: memory.grownMb(),
        states: counted,
        differing,
      },
    };
  } finally {
    memory.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

interface Difference {
  readonly table: string;
  readonly count: number;
}

async function differences(file: string, url: string): Promise<readonly Difference[]> {
  const here = new Database(file, { readonly: true });
  const there = new Connections(url, new DatabaseClock());
  try {
    const all: Difference[] = [];
    for (const [table, question] of Object.entries(questions)) {
      const left = new Map<string, number>();
      for (const row of here.prepare<[], object>(question).iterate()) change(left, row, 1);
      for (const row of await there.apart((queries) => queries.rows<object>(question))) change(left, row, -1);
      const count = [...left.values()].reduce((sum, times) => sum + Math.abs(times), 0);
      if (count > 0) all.push({ table, count });
    }
    return all;
  } finally {
    here.close();
    await there.close();
  }
}

/** By the hash of a row, so that a hundred thousand of them fit. */
function change(left: Map<string, number>, row: object, by: number): void {
  const entries = Object.entries(row).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(entries)).digest('base64');
  const times = (left.get(hash) ?? 0) + by;
  if (times === 0) left.delete(hash);
  else left.set(hash, times);
}

async function starts(dataDir: string): Promise<number> {
  try {
    await (await openStore({ dataDir })).close();
    return 1;
  } catch {
    return 0;
  }
}
