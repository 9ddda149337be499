import type { ServerResponse } from 'node:http';

/** What a destination may do to a request that it has received whole. */
export interface Misbehaviour {
  readonly answer: (response: ServerResponse) => void;
  /**
   * What is to become of the delivery: `delivered` and `dead` are final; `again` was refused; `unclear` leaves the
   * gateway without a complete answer, though the request arrived.
   */
  readonly means: 'delivered' | 'dead' | 'again' | 'unclear';
  /** Of a thousand answers. */
  readonly share: number;
  /** Until when the gateway is asked to stay away, where it is, on the wall clock. */
  readonly backAtMs?: (nowMs: number) => number;
}

const json = { 'content-type': 'application/json' };
const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const dripEveryMs = 50;

const plain =
  (status: number, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { ...json, ...headers }).end(`{"error":"answered ${status}"}`);

const raw =
  (text: string, then: 'end' | 'reset') =>
  (response: ServerResponse): void => {
    const { socket } = response;
    if (then === 'end') socket?.end(text);
    else socket?.write(text, () => socket.resetAndDestroy());
  };

function drip(response: ServerResponse): void {
  response.writeHead(200, json);
  const timer = setInterval(() => response.write(' '), dripEveryMs);
  response.on('close', () => clearInterval(timer));
}

/** An HTTP date has no fractions: the moment is between one and two seconds from now. */
const dateAtMs = (nowMs: number): number => 1_000 * Math.floor(nowMs / 1_000 + 2);

function throttledUntil(response: ServerResponse): void {
  plain(429, { 'retry-after': new Date(dateAtMs(Date.now())).toUTCString() })(response);
}

const inASecond = (nowMs: number): number => nowMs + 1_000;

export const misbehaviours = {
  ok: { share: 440, means: 'delivered', answer: plain(200) },
  huge: {
    share: 40,
    means: 'delivered',
    answer: (response) => void response.writeHead(200, json).end('x'.repeat(4_000_000)),
  },
  server_error: { share: 140, means: 'again', answer: plain(500) },
  bad_gateway: { share: 70, means: 'again', answer: plain(502) },
  throttled: { share: 4, means: 'again', backAtMs: inASecond, answer: plain(429, { 'retry-after': '1' }) },
  throttled_until: { share: 4, means: 'again', backAtMs: dateAtMs, answer: throttledUntil },
  unavailable: { share: 4, means: 'again', backAtMs: inASecond, answer: plain(503, { 'retry-after': '1' }) },
  refused: { share: 25, means: 'dead', answer: plain(400) },
  moved: { share: 15, means: 'dead', answer: plain(302, { location: 'http://127.0.0.1:9/elsewhere' }) },
  hang: { share: 14, means: 'unclear', answer: () => undefined },
  drip: { share: 12, means: 'unclear', answer: drip },
  reset: { share: 84, means: 'unclear', answer: raw('', 'reset') },
  half: { share: 84, means: 'unclear', answer: raw(`${head}Content-Length: 100\r\n\r\n{"succ`, 'reset') },
  garbage: { share: 64, means: 'unclear', answer: raw('\0\x01 what is this?\r\n\r\n', 'end') },
} satisfies Readonly<Record<string, Misbehaviour>>;

export type MisbehaviourName = keyof typeof misbehaviours;
