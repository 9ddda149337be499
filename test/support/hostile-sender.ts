import { isDeepStrictEqual } from 'node:util';
import type { RawRequest } from '../../src/model/event.ts';
import type { Source } from '../../src/sources/source.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { connect, statusesOf, type Wire } from './wire.ts';

/** Sends requests that nobody signed, byte for byte, and says which answers are not what they have to be. */

/** Enough connections to keep both sides busy, few enough to tell which answer belongs to which request. */
const connections = 16;

export interface Endpoint {
  readonly port: number;
  readonly path: string;
}

/** The status of the answer to each, sent over a few connections that are kept as long as the server keeps them. */
export async function statusesOfAll(
  { port, path }: Endpoint,
  requests: readonly RawRequest[],
): Promise<readonly (number | undefined)[]> {
  const statuses: (number | undefined)[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    let wire: Wire | undefined;
    for (let at = next++; at < requests.length; at = next++) {
      const request = requests[at];
      if (request === undefined) break;
      wire = wire?.open() ? wire : await connect(port);
      wire.send(onTheWire(path, request));
      const answer = await wire.answer();
      statuses[at] = statusesOf(answer)[0];
      // After an unreadable request the server closes the connection.
      if (answer.includes('\r\nConnection: close')) await wire.closed();
    }
    wire?.cut();
  };
  await Promise.all(Array.from({ length: connections }, work));
  return statuses;
}

/** Unchanged as HTTP reads it, or changed only where Stripe's format allows additions. */
export function isHarmless({ headers, body }: RawRequest, original: RawRequest, source: Source): boolean {
  if (!isDeepStrictEqual([...body], [...original.body])) return false;
  return Object.entries(original.headers).every(([name, expected]) => {
    const values = (headers[name] ?? []).map((value) => value.replace(/^[\t ]+|[\t ]+$/g, ''));
    if (source !== stripe || values.length !== 1) return isDeepStrictEqual(values, expected);
    const elements = values.join().split(',');
    const isComplete = expected
      .join()
      .split(',')
      .every((element) => elements.includes(element));
    return isComplete && elements.filter((element) => element.startsWith('t=')).length === 1;
  });
}

/** 401, or 400 from the parser itself where a header holds a control character; anything else is told with its request. */
export function wrongAnswers(
  requests: readonly RawRequest[],
  statuses: readonly (number | undefined)[],
): readonly string[] {
  return requests.flatMap(({ headers, body }, at) => {
    const expected = Object.values(headers).flat().every(isHeaderText) ? 401 : 400;
    const told = JSON.stringify({ headers, body: Buffer.from(body).toString('latin1') });
    return statuses[at] === expected ? [] : [`${statuses[at]} instead of ${expected}: ${told}`];
  });
}

const isHeaderText = (value: string): boolean => /^[\t\x20-\x7e\x80-\uffff]*$/.test(value);

function onTheWire(path: string, { headers, body }: RawRequest): Buffer {
  const lines = Object.entries(headers).flatMap(([name, values]) => values.map((value) => `${name}: ${value}\r\n`));
  const head = `POST ${path} HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Length: ${body.length}\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, /[^\0-\xff]/.test(head) ? 'utf8' : 'latin1'), body]);
}
