import net from 'node:net';

/** A connection on which a test says exactly which bytes are sent, and sees exactly which come back. */
export interface Wire {
  send(bytes: string | Uint8Array): void;
  /** What has come back so far. */
  received(): string;
  /** Resolves with everything received once it contains `text`; rejects when the connection ends without. */
  until(text: string): Promise<string>;
  /** Resolves with everything received once the server has closed the connection. */
  closed(): Promise<string>;
  /** Resolves once the bytes sent so far have left this process, or cannot any more. */
  flushed(): Promise<void>;
  /** False once the server has closed or reset the connection. */
  open(): boolean;
  end(): void;
}

export async function connect(port: number): Promise<Wire> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  const watchers = new Set<() => void>();
  const notify = (): void => {
    for (const watch of watchers) watch();
  };
  socket.setEncoding('latin1');
  socket.on('data', (data: string) => {
    text += data;
    notify();
  });
  // A reset is one way of being closed.
  socket.on('error', () => undefined);
  socket.on('close', notify);
  await new Promise((resolve) => socket.once('connect', resolve));
  const when = (satisfied: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        const done = satisfied();
        if (!done && !socket.closed) return;
        watchers.delete(watch);
        if (done) resolve(text);
        else reject(new Error(`the connection ended after ${JSON.stringify(text)}`));
      };
      watchers.add(watch);
      watch();
    });
  return {
    send: (bytes) => socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    received: () => text,
    until: (wanted) => when(() => text.includes(wanted)),
    closed: () => when(() => socket.closed),
    flushed: () => new Promise((resolve) => socket.write('', () => resolve())),
    open: () => !socket.destroyed,
    end: () => socket.destroy(),
  };
}

/** Sends the bytes and hands back all that the server answers until it closes the connection. */
export async function exchange(port: number, bytes: string | Uint8Array): Promise<string> {
  const wire = await connect(port);
  wire.send(bytes);
  return await wire.closed();
}

/** The statuses of all answers in what came back, in order. */
export const statusesOf = (received: string): readonly number[] =>
  Array.from(received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm), ([, status]) => Number(status));
