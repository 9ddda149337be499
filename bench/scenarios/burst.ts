import { readFileSync } from 'node:fs';
import type { Scenario } from '../bench-run.ts';
import { ofType } from '../contenders/checkout.ts';
import type { Contender } from '../contenders/contender.ts';
import { startGateway } from '../contenders/gateway.ts';
import { gatewayFile } from '../contenders/gateway-files.ts';
import { type EndToEnd, endToEnd } from '../end-to-end.ts';
import { spreadOf } from '../measure/spread.ts';
import { type Column, figureOf, rowsOf } from '../report/report.ts';
import { onStage } from '../stage.ts';

const shipped = new URL('../../mappings/hubspot-lifecycle-stage.yaml', import.meta.url);
const name = 'a bulk edit in HubSpot';
const requests = { quick: 100, full: 2_000 } as const;

const columns: readonly Column[] = [
  { key: 'events', title: 'events', digits: 0 },
  { key: 'acceptedPerSecond', title: 'accepted/s', digits: 0 },
  { key: 'deliveredPerSecond', title: 'delivered/s', digits: 0 },
  { key: 'p50', title: 'answer p50 ms', digits: 0 },
  { key: 'p99', title: 'p99 ms', digits: 0 },
  { key: 'slowest', title: 'slowest ms', digits: 0 },
  { key: 'cpuUs', title: 'CPU µs/event', digits: 0 },
  { key: 'peakMb', title: 'peak MB', digits: 0 },
  { key: 'childPeakMb', title: 'evaluator', digits: 0 },
  { key: 'copies', title: 'copies', digits: 0 },
];

/** Somebody changes a property of every contact: a hundred events in each request, through the shipped mapping. */
export const burst: Scenario = {
  name: 'burst',
  about: '200,000 contacts changed at once in HubSpot: 2,000 requests of 100 events, stitched and delivered',
  run: async ({ size, seed, profileTo }) => {
    const contender: Contender = {
      name,
      destinations: ['usermaven'],
      start: (sinkUrl) =>
        startGateway({
          gateway: gatewayFile(sinkUrl, [ofType('usermaven')]),
          mappings: { 'hubspot-lifecycle-stage.yaml': forUsermaven(readFileSync(shipped, 'utf8')) },
          path: '/in/hubspot',
          profileTo,
        }),
    };
    const measured = await onStage(seed, (stage) =>
      endToEnd(contender, stage, {
        connections: 64,
        loop: { kind: 'closed', durationMs: 300_000, requestsMax: requests[size] },
        warmUpMs: 100,
        signedAhead: requests[size],
      }),
    );
    return reportOf(measured, requests[size] * 100);
  },
};

/** For one destination, and without its tests, which name fixtures beside it. */
const forUsermaven = (mapping: string): string =>
  mapping.replace(/\ntests:[\s\S]*$/, '\n').replace(/^destinations:.*$/m, 'destinations: [usermaven]');

function reportOf({ figures, account }: EndToEnd, events: number) {
  const rounds = [{ name, round: 0, figures: { events, ...figures } }];
  const of = (key: string) => figureOf(rounds, { name, key });
  const undelivered = account.events - account.delivered + (figures.refused ?? 0);
  const memory = (figures.peakMb ?? 0) + (figures.childPeakMb ?? 0);
  return {
    tables: [{ title: 'burst', columns, rows: rowsOf(rounds) }],
    goals: [
      { what: 'slowest answer', most: 2_000, measured: of('slowest'), unit: ' ms' },
      { what: 'events that were not delivered', most: 0, measured: spreadOf([undelivered]) },
      { what: 'peak memory of gateway and evaluator', most: 400, measured: spreadOf([memory]), unit: ' MB' },
    ],
    notes: [],
  };
}
