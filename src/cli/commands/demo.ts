import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiEvent } from '../../api-shapes/stored.ts';
import { createSender } from '../../delivery/send.ts';
import { type Demo, startDemo } from '../../demo/demo.ts';
import { demoSamples } from '../../demo/scenario.ts';
import { systemClock } from '../../model/clock.ts';
import { newSample, signedRequest } from '../../sources/sample-request.ts';
import { createApiClient } from '../api-client.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print, style } from '../output.ts';
import { stopSignal } from '../stop-signal.ts';

const ports = { receiver: 8080, admin: 8081 };
const settleMsMax = 30_000;
const lookAgainMs = 50;

/** `hookstitch demo`: the main job on this machine, with nothing to configure. */
export const demoCommand: Verb = {
  usage: 'demo',
  description: 'the main job with throw-away secrets and local stand-ins for the destinations',
  configure: (command) => command.option('--once', 'exit when every sample was delivered: 0, or 1 if one was not'),
  run: async (_args, { once }) => {
    const stopped = stopSignal();
    const demo = await startDemo(ports);
    try {
      print(`hookstitch demo · receiver ${demo.gateway.url} · admin API ${demo.gateway.adminUrl}\n`);
      for (const name of demoSamples) await sendSample(name, demo);
      const delivered = await reportEvents(demo);
      reportPayloads(demo);
      if (once === true) return delivered ? exitCodes.ok : exitCodes.problems;
      reportWhereToLook(demo);
      await stopped;
      return exitCodes.ok;
    } finally {
      await demo.stop();
    }
  },
};

async function sendSample(name: string, { gateway, sources }: Demo): Promise<void> {
  const now = systemClock.now();
  const sample = newSample(name, sources, { id: randomBytes(8).toString('hex'), now });
  if (sample === undefined) return print(`${name}  there is no such sample`);
  const request = signedRequest(sample, { base: gateway.url, publicUrl: gateway.url, now });
  const sender = createSender();
  const result = await sender.send(request, { timeoutMs: 10_000, allowPrivateAddress: true });
  sender.close();
  const answer = result.kind === 'answered' ? `${result.answer.status} ${result.answer.body}` : 'no answer';
  print(`POST ${new URL(request.url).pathname}  ${name}  ${answer}`);
}

/** Waits until nothing is under way, then tells every event's way; true when all of it arrived. */
async function reportEvents({ gateway, standIns }: Demo): Promise<boolean> {
  const api = createApiClient(gateway.adminUrl, gateway.token);
  const deadline = performance.now() + settleMsMax;
  while (performance.now() < deadline && !(await api.settled())) await pause(lookAgainMs);
  print('');
  const events = await api.events();
  for (const event of events) print(describeEvent(event));
  const arrived = events.length >= demoSamples.length && events.every(isDelivered);
  const thrownAway = standIns.flatMap(({ name, dropped, refused }) =>
    [...dropped, ...refused].map(({ reason }) => `${name}: ${reason}`),
  );
  for (const reason of thrownAway) print(style('red', `not stored by ${reason}`));
  return arrived && thrownAway.length === 0;
}

const isDelivered = ({ status, deliveries }: ApiEvent): boolean =>
  status === 'translated' && deliveries.length > 0 && deliveries.every((delivery) => delivery.status === 'delivered');

function describeEvent({ source, type, status, message, runs, deliveries }: ApiEvent): string {
  const mapped = (runs ?? []).filter(({ outcome }) => outcome === 'translated').map(({ mapping }) => mapping);
  const sent = deliveries.map((delivery) => {
    const last = delivery.history.at(-1);
    const ok = delivery.status === 'delivered';
    const result = ok
      ? `${last?.response?.status ?? ''} in ${last?.duration_ms ?? 0} ms`
      : `${delivery.status} ${last?.reason ?? ''} ${last?.message ?? ''}`;
    return `    ${ok ? style('green', '✓') : style('red', '✗')} ${delivery.destination.padEnd(10)} ${result}`;
  });
  const way = `received → verified → ${mapped.length > 0 ? `mapped by ${mapped.join(', ')}` : `${status}: ${message ?? ''}`}${sent.length > 0 ? ' → delivered:' : ''}`;
  return [`${style('bold', `${source} ${type}`)}  ${way}`, ...sent].join('\n');
}

function reportPayloads({ standIns }: Demo): void {
  for (const { name, received } of standIns) {
    print(`\n${style('bold', name)} received`);
    for (const { path, items } of received)
      for (const { body } of items) print(`  POST ${path}  ${JSON.stringify(body)}`);
  }
}

function reportWhereToLook({ gateway }: Demo): void {
  print(`\nLook around:  ${gateway.setupUrl ?? gateway.adminUrl}  (the console; choose any password)`);
  print(`or:           curl -H 'Authorization: Bearer ${gateway.token}' ${gateway.adminUrl}/api/events`);
  print('Stop with Ctrl-C.');
}
