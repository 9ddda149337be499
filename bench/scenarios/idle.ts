import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Scenario, Size } from '../bench-run.ts';
import { filledData } from '../contenders/filled-data.ts';
import { startGateway } from '../contenders/gateway.ts';
import { hubspotSecret } from '../load/hubspot-requests.ts';
import { stripeSecret } from '../load/stripe-requests.ts';
import { treeUse } from '../measure/process-tree.ts';
import { type Column, figureOf, type Measured, rowsOf } from '../report/report.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

const storedEvents = { quick: 20_000, full: 1_000_000 } as const;
/** Until what has to be done after a start is done. */
const calmMs = { quick: 2_000, full: 5_000 } as const;
const watchedMs = { quick: 3_000, full: 20_000 } as const;

const columns: readonly Column[] = [
  { key: 'readyMs', title: 'ready after ms', digits: 0 },
  { key: 'ownMb', title: 'gateway MB', digits: 0 },
  { key: 'treeMb', title: 'with evaluator', digits: 0 },
  { key: 'cpuPercent', title: 'CPU %', digits: 2 },
];

/** What it costs when nothing happens, with the shipped mappings and everything configured, and how soon it is there. */
export const idle: Scenario = {
  name: 'idle',
  about: 'memory and CPU while nothing happens, and how soon after a start it is ready, with a million events stored',
  run: async ({ size }) => {
    const states = [
      { name: 'nothing stored', dataDir: undefined },
      {
        name: `${storedEvents[size].toLocaleString('en-US')} stored events`,
        dataDir: await filledData(storedEvents[size]),
      },
    ];
    const measured: Measured[] = [];
    for (let round = 0; round < (size === 'full' ? 3 : 1); round += 1)
      for (const state of states)
        measured.push({
          name: state.name,
          round,
          figures: await startedIdle(state.dataDir, round === 0 ? size : 'quick'),
        });
    const of = (key: string) => ({ measured: worst(measured, key) });
    return {
      tables: [{ title: 'idle', columns, rows: rowsOf(measured) }],
      goals: [
        { what: 'ready after the start', most: 1_500, ...of('readyMs'), unit: ' ms' },
        { what: 'memory of the gateway', most: 130, ...of('ownMb'), unit: ' MB' },
        { what: 'memory with the evaluator', most: 200, ...of('treeMb'), unit: ' MB' },
        { what: 'CPU', most: 0.5, ...of('cpuPercent'), unit: ' %' },
      ],
      notes: [],
    };
  },
};

/** Of the state in which it is worse. */
function worst(measured: readonly Measured[], key: string) {
  const spreads = [...new Set(measured.map(({ name }) => name))].map((name) => figureOf(measured, { name, key }));
  return spreads.reduce((one, other) => (one.median > other.median ? one : other));
}

async function startedIdle(dataDir: string | undefined, size: Size): Promise<Readonly<Record<string, number>>> {
  const { pids, readyMs, stop } = await startGateway({
    gateway: {},
    mappings: {},
    path: '/in/stripe',
    dataDir,
    environment: {
      MAPPINGS_DIR: `${project}mappings`,
      STRIPE_WEBHOOK_SECRET: stripeSecret,
      HUBSPOT_CLIENT_SECRET: hubspotSecret,
      CALLRAIL_SIGNING_KEY: 'bench-signing-key',
      USERMAVEN_API_KEY: 'UM_KEY',
      USERMAVEN_SERVER_TOKEN: 'um-server-token',
      VEMETRIC_TOKEN: 'vemetric-token',
      UMAMI_URL: 'http://127.0.0.1:1',
      UMAMI_WEBSITE_ID: '5f0c6a3e-2b7d-4c1a-9e48-7d1b2f3a4c5d',
      SEGMENT_WRITE_KEY: 'segment-write-key',
    },
  });
  try {
    await pause(calmMs[size]);
    const before = treeUse(pids);
    const startedMs = performance.now();
    await pause(watchedMs[size]);
    const { cpuMs, own, children } = treeUse(pids);
    const cpuPercent = ((cpuMs - before.cpuMs) * 100) / (performance.now() - startedMs);
    return { readyMs, ownMb: own.now, treeMb: own.now + children.now, cpuPercent };
  } finally {
    await stop();
  }
}
