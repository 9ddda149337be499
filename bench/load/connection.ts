import { connect, type Socket } from 'node:net';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** What came of a request: the answer's status, or 0 where the connection was lost. */
export type Answered = (status: number) => void;

const bufferBytes = 16 * 1024;

/** A keep-alive connection with one request under way at most, and a reader that knows no more than it has to. */
export class Connection {
  readonly #target: Target;
  #socket: Socket | undefined;
  #pending = '';
  #answered: Answered | undefined;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Connects again where the connection was lost. */
  send(bytes: Buffer, answered: Answered): void {
    this.#answered = answered;
    this.#socket ??= this.#connect();
    this.#socket.write(bytes);
  }

  end(): void {
    this.#answered = undefined;
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect({
      ...this.#target,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(bufferBytes),
        callback: (length, buffer) => {
          this.#read(Buffer.from(buffer.buffer, buffer.byteOffset, length).toString('latin1'));
          return true;
        },
      },
    });
    // `close` follows and says enough.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#finish(0);
    });
    return socket;
  }

  #read(text: string): void {
    this.#pending += text;
    const headEnd = this.#pending.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#pending)?.[1] ?? 0);
    if (this.#pending.length < headEnd + 4 + length) return;
    const status = Number(this.#pending.slice(9, 12));
    this.#finish(status);
  }

  #finish(status: number): void {
    this.#pending = '';
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(status);
  }
}
