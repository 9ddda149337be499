import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LineWriter } from '../src/line-writer.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const limits = { unread: 200_000, retryMs: 1, lastRetries: 0 };
const tellNobody = (): void => undefined;
const line = (index: number): string => `line ${index} ${'x'.repeat(100)}\n`;
const lines = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => line(index));

function opened(path: string, flags: number): number {
  const fd = openSync(path, flags);
  onTestFinished(() => closeSync(fd));
  return fd;
}

/** Both ends of a pipe that says at once when it is full, as stdout does. */
async function pipe(): Promise<number> {
  const path = join(await temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  return opened(path, constants.O_RDWR | constants.O_NONBLOCK);
}

/** What is in the pipe now. */
function readAll(fd: number): string {
  const chunk = Buffer.alloc(1_000_000);
  try {
    return chunk.toString('utf8', 0, readSync(fd, chunk));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw error;
  }
}

describe('lines', () => {
  it('of one turn are written together at its end', async () => {
    const path = join(await temporaryFolder(), 'log');
    const writer = new LineWriter(opened(path, constants.O_WRONLY | constants.O_CREAT), tellNobody, limits);
    for (const each of lines(10)) writer.write(each);
    expect(readFileSync(path, 'utf8')).toBe('');
    await turn();
    expect(readFileSync(path, 'utf8')).toBe(lines(10).join(''));
    writer.write('one more\n');
    await turn();
    expect(readFileSync(path, 'utf8')).toBe(`${lines(10).join('')}one more\n`);
  });

  it('wait for a reader who is slow, and delay nobody', async () => {
    const fd = await pipe();
    const writer = new LineWriter(fd, tellNobody, limits);
    for (const each of lines(1_000)) writer.write(each);
    // A pipe holds less; that this ends at all is what is claimed.
    await turn();
    writer.write('written while it is full\n');
    await turn();
    let read = '';
    await vi.waitFor(() => {
      read += readAll(fd);
      expect(read).toBe(`${lines(1_000).join('')}written while it is full\n`);
    }, 10_000);
  });

  it('are dropped, as whole lines, once too many wait, and it is told how many', async () => {
    const fd = await pipe();
    const writer = new LineWriter(fd, (count) => writer.write(`${count} dropped\n`), limits);
    for (const each of lines(10_000)) writer.write(each);
    await turn();
    let read = '';
    await vi.waitFor(() => {
      read += readAll(fd);
      expect(read).toMatch(/\d+ dropped\n$/);
    }, 10_000);
    const kept = read.slice(0, read.lastIndexOf('\n', read.length - 2) + 1);
    expect(kept.length).toBeLessThanOrEqual(limits.unread);
    expect(kept.length).toBeGreaterThan(limits.unread - line(9_999).length);
    expect(lines(10_000).join('').startsWith(kept)).toBe(true);
    expect(read).toBe(`${kept}${10_000 - kept.split('\n').length + 1} dropped\n`);
    writer.write('and go on\n');
    await turn();
    expect(readAll(fd)).toBe('and go on\n');
  });

  it('count as waiting until the pipe has them', async () => {
    const fd = await pipe();
    const writer = new LineWriter(fd, (count) => writer.write(`${count} dropped\n`), limits);
    const all = lines(4_000);
    for (let from = 0; from < all.length; from += 500) {
      for (const each of all.slice(from, from + 500)) writer.write(each);
      await turn();
    }
    let read = '';
    await vi.waitFor(() => {
      read += readAll(fd);
      expect(read).toMatch(/\d+ dropped\n$/);
    }, 10_000);
    const pipeHolds = 65_536;
    expect(read.length).toBeLessThan(limits.unread + pipeHolds + '4000 dropped\n'.length);
  });

  it('that cannot be written are lost without a word', async () => {
    const path = join(await temporaryFolder(), 'log');
    const onlyRead = opened(path, constants.O_RDONLY | constants.O_CREAT);
    const writer = new LineWriter(onlyRead, tellNobody, limits);
    writer.write('into nowhere\n');
    await turn();
    expect(readFileSync(path, 'utf8')).toBe('');
  });
});

describe('the log of a process', () => {
  const program = fileURLToPath(new URL('./support/log-process.ts', import.meta.url));

  it.each(['return', 'exit', 'throw'])('is whole and in order when it ends by %s', async (way) => {
    for (const count of [1, 1_000]) {
      const child = spawn(process.execPath, [program, way, String(count)], { stdio: ['ignore', 'pipe', 'ignore'] });
      const written = (await text(child.stdout)).trimEnd().split('\n');
      const sources = written.map((each) => JSON.parse(each).source);
      expect(sources).toEqual(Array.from({ length: 3 * count }, (_, index) => `s${index}`));
    }
  });

  it.each([5_000, 100_000])(
    'stops nothing while nobody reads it, and reaches who reads late: %d lines',
    async (count) => {
      // A shell's pipe blocks who writes into it; Node would make a socket.
      const command = `"$0" "$1" ${count} | { read -r go <&3; cat; }`;
      const unread = fileURLToPath(new URL('./support/unread-log-process.ts', import.meta.url));
      const child = spawn('sh', ['-c', command, process.execPath, unread], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
      onTestFinished(() => void child.kill());
      const [stdin, stdout, stderr, go] = child.stdio as [Writable, Readable, Readable, Writable, unknown];
      const [said] = await once(stderr, 'data');
      expect(String(said)).toBe('goes on\n');
      stdout.once('readable', () => stdin.end());
      go.end('read\n');
      const written = (await text(stdout)).trimEnd().split('\n');
      const events = written.map((each) => JSON.parse(each));
      const kept = events.filter(({ event }) => event === 'event.received');
      expect(kept.map(({ source }) => source)).toEqual(Array.from(kept, (_, index) => `s${index}`));
      const dropped = count - kept.length;
      expect(events.slice(kept.length)).toMatchObject(
        dropped === 0 ? [] : [{ level: 40, event: 'log.dropped', lines: dropped }],
      );
      expect(dropped > 0).toBe(count > 5_000);
    },
  );
});
