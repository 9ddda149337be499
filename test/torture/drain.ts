import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../sources/mutants.ts';
import { createWorkspace, type GatewayProcess, settled } from '../support/gateway-process.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { judgeCopies } from './copies.ts';
import { atLeast, atMost, type Context, defineScenario, exactly, none, type Report } from './scenario.ts';
import { keepSending } from './senders.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { type Answering, startSink } from './sink.ts';

const exitMsMax = 20_000;
const settleMsMax = 120_000;
/** Eight at once take more than comes, so that the queue stays short. */
const answerMsMax = 120;
const everyMs = 80;
const concurrency = 8;

type Size = { readonly drains: number; readonly senders: number };

export const drain = defineScenario({
  name: 'drain',
  description:
    'Stops the gateway by SIGTERM again and again under load: nothing is lost, nothing doubled, and it says so first.',
  sizes: { ci: { drains: 10, senders: 8 }, release: { drains: 200, senders: 8 } },
  run,
});

async function run({ size, seed }: Context<Size>): Promise<Report> {
  const random = seededRandom(seed);
  const answerSlowly: Answering = (_call, response) => {
    setTimeout(() => response.writeHead(200).end('{"success":true}'), random() * answerMsMax);
  };
  const sink = await startSink(answerSlowly);
  const workspace = await createWorkspace({
    gateway: gatewayText({ sink: { url: sink.url, settings: { concurrency } } }),
    mappings: { 'torture.yaml': torturedMapping(['sink']) },
  });
  try {
    const first = await workspace.start();
    const event = (number: number) => ({ id: `evt_${number}`, body: stripeBody(`evt_${number}`) });
    const senders = keepSending({ url: workspace.url, senders: size.senders, event, everyMs });
    const drains: Drained[] = [];
    for (let gateway = first; ; gateway = await workspace.start()) {
      await pause(200 + random() * 600);
      drains.push(await drained(gateway, workspace.url));
      if (drains.length === size.drains) break;
    }
    const last = await workspace.start();
    await senders.stop(10_000);
    await settled(workspace, settleMsMax);
    await last.end('SIGTERM');
    const { acknowledged } = senders;
    const { lost, copies } = judgeCopies({ calls: sink.calls, acknowledged });
    const unready = drains.filter(({ saidSo }) => saidSo).length;
    return {
      goals: [
        atLeast('acknowledged events', acknowledged.length, size.drains),
        none('acknowledged events lost', lost),
        none('copies', copies),
        none('exits with another code than 0', drains.filter(({ code }) => code !== 0).length),
        atMost('slowest exit', Math.max(...drains.map(({ exitMs }) => exitMs)), exitMsMax, 'ms'),
        exactly('drains that /readyz told with 503 before the port closed', unready, drains.length),
      ],
      figures: { acknowledged: acknowledged.length, exitMs: drains.map(({ exitMs }) => Math.round(exitMs)) },
    };
  } finally {
    await sink.close();
    await workspace.remove();
  }
}

interface Drained {
  readonly code: number | null;
  readonly exitMs: number;
  /** /readyz was answered 503 before connections were refused. */
  readonly saidSo: boolean;
}

async function drained(gateway: GatewayProcess, url: string): Promise<Drained> {
  const startedMs = performance.now();
  const exited = gateway.end('SIGTERM');
  const [code, saidSo] = await Promise.all([exited, isToldUnready(url)]);
  return { code, exitMs: performance.now() - startedMs, saidSo };
}

/** Asks, as a load balancer would on a connection of its own each time, until no more connection is taken. */
async function isToldUnready(url: string): Promise<boolean> {
  let isTold = false;
  const deadline = performance.now() + exitMsMax;
  while (performance.now() < deadline) {
    try {
      const answer = await fetch(`${url}/readyz`, { headers: { connection: 'close' } });
      await answer.arrayBuffer();
      isTold ||= answer.status === 503;
    } catch {
      return isTold;
    }
    await pause(5);
  }
  return isTold;
}
