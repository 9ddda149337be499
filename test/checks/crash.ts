import { setTimeout as pause } from 'node:timers/promises';
import { startStandIn } from '../../src/demo/stand-ins/index.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { createWorkspace, settled, type Workspace } from './gateway-process.ts';
import { postStripe, stripeBody, stripeSecret } from './stripe-sender.ts';

/** SIGKILL at random moments under load, again and again: what was answered 200 must arrive, and copies carry one id. */

const senders = 8;
const settleMsMax = 60_000;
const writeKey = 'check-write-key';

export interface CrashReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  /** Events that arrived more than once; at-least-once allows them. */
  readonly duplicated: number;
  /** Events whose copies carry different ids: never allowed. */
  readonly renamed: readonly string[];
}

export async function crashCheck(kills: number): Promise<CrashReport> {
  const standIn = await startStandIn('segment', { writeKey });
  const workspace = await createWorkspace({ gateway: gatewayText(standIn.url), mappings: { 'check.yaml': mapping } });
  try {
    const acknowledged = await sendWhileKilling(workspace, kills);
    const gateway = await workspace.start();
    await settled(workspace, settleMsMax);
    await gateway.end('SIGTERM');
    return { kills, ...judge(acknowledged, standIn) };
  } finally {
    await standIn.close();
    await workspace.remove();
  }
}

async function sendWhileKilling(workspace: Workspace, kills: number): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  let sending = true;
  let next = 0;
  const send = async (): Promise<void> => {
    while (sending) {
      next += 1;
      const id = `evt_${next}`;
      while (sending && !(await delivered(workspace.url, id))) await pause(10);
      if (sending) acknowledged.push(id);
    }
  };
  const first = await workspace.start();
  const running = Array.from({ length: senders }, send);
  let gateway = first;
  for (let kill = 0; kill < kills; kill += 1) {
    await pause(50 + Math.random() * 300);
    await gateway.end('SIGKILL');
    gateway = await workspace.start();
  }
  sending = false;
  await Promise.all(running);
  await gateway.end('SIGKILL');
  return acknowledged;
}

/** A request that was cut says nothing, so it is sent again, as every sender with retries does. */
async function delivered(url: string, id: string): Promise<boolean> {
  try {
    return (await postStripe(url, stripeBody(id))) === 200;
  } catch {
    return false;
  }
}

function judge(acknowledged: readonly string[], { requests }: StandIn): Omit<CrashReport, 'kills'> {
  const copies = new Map<string, string[]>();
  for (const { text } of requests) {
    const { messageId, properties } = JSON.parse(text) as { messageId: string; properties: { event: string } };
    copies.set(properties.event, [...(copies.get(properties.event) ?? []), messageId]);
  }
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((id) => !copies.has(id)),
    duplicated: [...copies.values()].filter((ids) => ids.length > 1).length,
    renamed: [...copies].filter(([, ids]) => new Set(ids).size > 1).map(([id]) => id),
  };
}

const gatewayText = (url: string): string => `version: 1
sources: { stripe: { type: stripe, secret: ${stripeSecret} } }
destinations: { segment: { type: segment, url: ${url}, write_key: ${writeKey}, allow_private_address: true } }
`;

const mapping = `version: 1
name: check
source: stripe
event:
  name: Check
  id: =id
  user: { id: =data.object.customer }
  attributes: { event: =id }
destinations: [segment]
`;

if (process.argv[1] === import.meta.filename) {
  const report = await crashCheck(Number(process.argv[2] ?? 50));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = report.lost.length + report.renamed.length === 0 ? 0 : 1;
}
