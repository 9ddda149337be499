import net from 'node:net';

/** A connection on which a test says exactly which bytes are sent, and sees exactly which come back. */
export interface Wire {
  send(bytes: string | Uint8Array): void;
  /** Ends our side: the server reads an end of file. */
  finish(): void;
  /** Everything that has come back. */
  received(): string;
  /** The next whole answer, without interim ones; whatever there is when the connection ends first. */
  answer(): Promise<string>;
  /** Resolves with everything received once it contains `text`; rejects when the connection ends without. */
  until(text: string): Promise<string>;
  /** Resolves with everything received once the server has closed the connection. */
  closed(): Promise<string>;
  /** False once either side has closed the connection. */
  open(): boolean;
  /** Cuts the connection. */
  cut(): void;
}

export async function connect(port: number): Promise<Wire> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  let read = 0;
  const watchers = new Set<() => void>();
  const notify = (): void => {
    for (const watch of watchers) watch();
  };
  socket.setEncoding('latin1');
  socket.on('data', (data: string) => {
    text += data;
    notify();
  });
  // A reset is one way of being closed, and 'close' follows.
  socket.on('error', () => undefined);
  socket.on('close', notify);
  await new Promise((resolve) => socket.once('connect', resolve));

  const when = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        const found = find();
        if (found === undefined && !socket.closed) return;
        watchers.delete(watch);
        if (found === undefined) reject(new Error(`the connection ended after ${JSON.stringify(text)}`));
        else resolve(found);
      };
      watchers.add(watch);
      watch();
    });

  return {
    send: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    finish: () => void socket.end(),
    received: () => text,
    answer: () =>
      when(() => {
        const end = endOfAnswer(text, read) ?? (socket.closed ? text.length : undefined);
        if (end === undefined) return undefined;
        const found = text.slice(read, end);
        read = end;
        return found;
      }),
    until: (wanted) => when(() => (text.includes(wanted) ? text : undefined)),
    closed: () => when(() => (socket.closed ? text : undefined)),
    open: () => !socket.destroyed,
    cut: () => void socket.destroy(),
  };
}

/** Where the answer that starts at `from` ends; undefined while it is not whole, or lasts until the connection ends. */
function endOfAnswer(text: string, from: number): number | undefined {
  const head = text.indexOf('\r\n\r\n', from);
  if (head === -1) return undefined;
  if (text.startsWith('HTTP/1.1 100 ', from)) return endOfAnswer(text, head + 4);
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text.slice(from, head + 2))?.[1];
  const end = head + 4 + Number(length);
  return length !== undefined && text.length >= end ? end : undefined;
}

/** Sends the bytes and hands back all that the server answers until it closes the connection. */
export async function exchange(port: number, bytes: string | Uint8Array): Promise<string> {
  const wire = await connect(port);
  wire.send(bytes);
  return await wire.closed();
}

/** The statuses of all answers in what came back, in order. */
export const statusesOf = (received: string): readonly number[] =>
  Array.from(received.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status));
