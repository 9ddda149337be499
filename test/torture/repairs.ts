import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Json } from '../../src/model/json.ts';
import { ask, type Workspace } from '../support/gateway-process.ts';

/** What an operator does: mends mappings, asks for plans, replays. */

const liveMsMax = 20_000;

export interface Replay {
  readonly id: string;
  readonly status: string;
  readonly events: Readonly<Record<'total' | 'translated' | 'unmatched' | 'failed' | 'in_line', number>>;
  readonly payloads: Readonly<Record<string, number>>;
}

export async function tell<T>({ adminUrl, token }: Workspace, path: string, body: Json = {}): Promise<T> {
  const answer = await fetch(`${adminUrl}/api${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} is answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Saves mapping files, and waits until all of them are in force as they are. */
export async function mend(workspace: Workspace, files: Readonly<Record<string, string>>): Promise<void> {
  const versions = async (): Promise<ReadonlyMap<string, string | null>> => {
    const { items } = await ask<{ items: readonly { file: string; version: string | null }[] }>(
      workspace,
      '/api/mappings',
    );
    return new Map(items.map(({ file, version }) => [file, version]));
  };
  const before = await versions();
  for (const [name, text] of Object.entries(files)) await writeFile(join(workspace.folder, name), text);
  const deadline = performance.now() + liveMsMax;
  for (;;) {
    const now = await versions();
    if (Object.keys(files).every((name) => now.get(name) !== before.get(name))) return;
    if (performance.now() > deadline) throw new Error('a mended mapping did not take effect');
    await pause(50);
  }
}

/** How many events a replay had put in line at a moment between the two. */
export interface Sample {
  readonly askedMs: number;
  readonly toldMs: number;
  readonly put: number;
}

/** Waits until it has ended, and asks on while the gateway is away; `samples` takes what it looked like meanwhile. */
export async function ended(
  workspace: Workspace,
  id: string,
  { withinMs, samples = [] }: { readonly withinMs: number; readonly samples?: Sample[] },
): Promise<Replay> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const askedMs = performance.now();
    const replay = await ask<Replay>(workspace, `/api/replays/${id}`).catch(() => undefined);
    if (replay !== undefined) samples.push({ askedMs, toldMs: performance.now(), put: putBy(replay) });
    if (replay !== undefined && replay.status !== 'running') return replay;
    if (performance.now() > deadline) throw new Error(`the replay goes on and on: ${JSON.stringify(replay)}`);
    await pause(50);
  }
}

const putBy = ({ events: { translated, unmatched, failed, in_line } }: Replay): number =>
  translated + unmatched + failed + in_line;

/** Most that surely went in line within a second. */
export function busiestSecond(samples: readonly Sample[]): number {
  const rates = samples.map(({ askedMs, toldMs, put }) => {
    const before = samples.findLast((sample) => sample.askedMs <= askedMs - 1_000);
    return before === undefined ? 0 : ((put - before.put) * 1_000) / (toldMs - before.askedMs);
  });
  return Math.max(0, ...rates);
}
