import type { Counts } from '../support/gateway-process.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';
import { type ClockedGateway, gatewayWithClock } from './gateway-with-clock.ts';
import { type Context, defineScenario, exactly, type Goal, type Report } from './scenario.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { type Answering, answerOk, type Sink, startSink } from './sink.ts';
import { until } from './until.ts';

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
/** Longer than a worker ever sleeps. */
const patienceMs = 40_000;
/** The last second that fits into 31 bits is the one before. */
const in2038 = Date.UTC(2038, 0, 19, 3, 14, 8);

type Size = { readonly rounds: number };

/** In this process, with the clock that the gateway is given: it needs nothing preloaded, so it runs on every machine. */
export const clock = defineScenario({
  name: 'clock',
  description:
    'The clock is wrong, jumps, leaps to 2038 and back: signatures fail closed and say why, nothing is lost or doubled.',
  sizes: { ci: { rounds: 1 }, release: { rounds: 20 } },
  run,
});

async function run({ size: { rounds } }: Context<Size>): Promise<Report> {
  const held = new Map<string, number>(Object.keys(cases).map((name) => [name, 0]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, isHeld] of Object.entries(cases)) {
      const setting = await begin();
      try {
        if (await isHeld(setting)) held.set(name, (held.get(name) ?? 0) + 1);
      } finally {
        await setting.gateway.remove();
        await setting.sink.close();
      }
    }
  }
  const goals = [...held].map(([name, times]): Goal => exactly(name, times, rounds));
  return { goals, figures: { clock: 'injected' } };
}

interface Setting {
  readonly gateway: ClockedGateway;
  readonly sink: Sink;
  /** What the sink answers first; then it is well. */
  answerFirst(answer: Answering): void;
  send(id: string): Promise<number>;
  /** How often the sink got it. */
  arrivals(id: string): number;
  isDelivered(count: number): Promise<boolean>;
}

async function begin(): Promise<Setting> {
  const sink = await startSink();
  const settings = { retry: { base_ms: hour, cap_ms: hour } };
  const gateway = await gatewayWithClock(gatewayText({ sink: { url: sink.url, settings } }), torturedMapping(['sink']));
  return {
    gateway,
    sink,
    answerFirst: (answer) => {
      sink.answerWith((call, response) => {
        sink.answerWith(answerOk);
        answer(call, response);
      });
    },
    send: (id) => postStripe(gateway.url, stripeBody(id), gateway.clock.now()),
    arrivals: (id) => sink.calls.filter(({ event }) => event === id).length,
    isDelivered: async (count) => {
      const isSo = async () => (await gateway.ask<Counts>('/api/stats')).deliveries.delivered === count;
      return await until(isSo, patienceMs);
    },
  };
}

const failing: Answering = (_call, response) => void response.writeHead(500).end();

async function isRefusedAt(offMs: number, { gateway }: Setting): Promise<boolean> {
  gateway.clock.set(offMs);
  const status = await postStripe(gateway.url, stripeBody('evt_1'));
  const { events } = await gateway.ask<Counts>('/api/stats');
  const told = gateway.log.find(({ line }) => line === 'request.refused')?.fields;
  gateway.clock.set(0);
  const again = await postStripe(gateway.url, stripeBody('evt_1'));
  return status === 401 && events.received === 0 && JSON.stringify(told ?? '').includes('stale') && again === 200;
}

const cases: Readonly<Record<string, (setting: Setting) => Promise<boolean>>> = {
  'ten minutes ahead: refused as stale, accepted when the clock is right': (setting) =>
    isRefusedAt(10 * minute, setting),
  'ten minutes behind: refused as stale, accepted when the clock is right': (setting) =>
    isRefusedAt(-10 * minute, setting),

  'back by an hour while a retry waits: it comes, once': async ({
    gateway,
    answerFirst,
    send,
    arrivals,
    isDelivered,
  }) => {
    answerFirst(failing);
    await send('evt_1');
    if (!(await until(() => attempted(gateway).length === 1, patienceMs))) return false;
    gateway.clock.set(-hour);
    await send('evt_2');
    const isSecond = await isDelivered(1);
    gateway.clock.set(hour + minute);
    await send('evt_3');
    return isSecond && (await isDelivered(3)) && arrivals('evt_1') === 2 && schedulesAreAhead(gateway);
  },

  'ahead by three hours while a retry waits: it comes, once': async ({
    gateway,
    answerFirst,
    send,
    arrivals,
    isDelivered,
  }) => {
    answerFirst(failing);
    await send('evt_1');
    if (!(await until(() => attempted(gateway).length === 1, patienceMs))) return false;
    gateway.clock.set(3 * hour);
    await send('evt_2');
    return (await isDelivered(2)) && arrivals('evt_1') === 2 && schedulesAreAhead(gateway);
  },

  'a leap to 2038 while a request is under way: nothing doubles': async ({
    gateway,
    answerFirst,
    send,
    arrivals,
    isDelivered,
  }) => {
    answerFirst((call, response) => void setTimeout(() => answerOk(call, response), 2 * second));
    await send('evt_1');
    if (!(await until(() => arrivals('evt_1') === 1, patienceMs))) return false;
    gateway.clock.set(in2038 - Date.now());
    const status = await send('evt_2');
    const isDone = await isDelivered(2);
    return status === 200 && isDone && arrivals('evt_1') === 1 && arrivals('evt_2') === 1;
  },

  'back from 2038: what comes is delivered at once': async ({ gateway, send, isDelivered }) => {
    gateway.clock.set(in2038 - Date.now());
    await send('evt_1');
    const wasDelivered = await isDelivered(1);
    gateway.clock.set(0);
    const status = await send('evt_2');
    return wasDelivered && status === 200 && (await isDelivered(2));
  },

  'the end of summer time while a retry waits: it comes, once': async (setting) => {
    const { gateway, answerFirst, send, arrivals, isDelivered } = setting;
    const zone = process.env.TZ;
    process.env.TZ = 'Europe/Berlin';
    try {
      const endMs = Date.UTC(2026, 9, 25, 1);
      gateway.clock.set(endMs - minute - Date.now());
      answerFirst(failing);
      await send('evt_1');
      if (!(await until(() => attempted(gateway).length === 1, patienceMs))) return false;
      gateway.clock.set(endMs + hour - Date.now());
      await send('evt_2');
      return (await isDelivered(2)) && arrivals('evt_1') === 2 && schedulesAreAhead(gateway);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  },

  'Retry-After as a date that has passed here already: a second at least': async (setting) => {
    const { gateway, sink, answerFirst, send, isDelivered } = setting;
    gateway.clock.set(10 * minute);
    answerFirst((_call, response) => {
      response.writeHead(429, { 'retry-after': new Date(Date.now() + 2 * second).toUTCString() }).end();
    });
    await send('evt_1');
    const isDone = await isDelivered(1);
    const [first, again] = sink.calls.map(({ arrivedAtMs }) => arrivedAtMs);
    return isDone && (again ?? 0) - (first ?? 0) >= second - 5 && schedulesAreAhead(gateway);
  },
};

const attempted = ({ log }: ClockedGateway) => log.filter(({ line }) => line === 'delivery.attempted');

/** No attempt took less than no time, and none is made again in the past. */
const schedulesAreAhead = (gateway: ClockedGateway): boolean =>
  attempted(gateway).every(({ fields: { duration_ms, next }, at }) => {
    const nextMs = Date.parse(String(next));
    return Number(duration_ms) >= 0 && (Number.isNaN(nextMs) || nextMs >= at.getTime() - second);
  });
