import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawRequest } from '../../src/model/event.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import type { Source } from '../../src/sources/source.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { mutant, seededRandom, singleBitFlips } from '../sources/mutants.ts';
import { bytes, signed } from '../sources/raw-request.ts';
import { publicUrl, startReceiver, type TestReceiver } from '../support/receiver.ts';
import { connect, statusesOf, type Wire } from '../support/wire.ts';

/** Enough connections to keep both sides busy, few enough to tell which answer belongs to which request. */
const connections = 16;
const patience = 120_000;

const schemes: readonly { readonly source: Source; readonly body: string }[] = [
  { source: stripe, body: '{"id":"evt_1","type":"invoice.paid","name":"Zoë"}' },
  { source: callrail, body: '{"resource_id":"CAL1","name":"Zoë","duration":"15"}' },
  { source: hubspot, body: '[{"eventId":1,"subscriptionType":"contact.creation"}]' },
];

describe.each(schemes)('$source.name', ({ source, body }) => {
  const path = `/in/${source.name}`;
  const original = signed(source, { url: `${publicUrl}${path}`, body: bytes(body) });
  let receiver: TestReceiver;

  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.stop());

  it('answers every flip of a single bit with 401 and stores nothing', { timeout: patience }, async () => {
    const flips = [...singleBitFlips(original, { url: false })];
    const statuses = await statusesOfAll(flips);
    expect(wrongAnswers(flips, statuses)).toEqual([]);
    expect(await receiver.events()).toEqual([]);
  });

  it('accepts none of ten thousand mutants, fails on none and stores nothing', { timeout: patience }, async () => {
    const random = seededRandom(20_261_101);
    const mutants = Array.from({ length: 10_000 }, () => mutant(original, random)).filter(
      (request) => !isHarmless(request),
    );
    expect(mutants.length).toBeGreaterThan(9_000);
    const statuses = await statusesOfAll(mutants);
    expect(wrongAnswers(mutants, statuses)).toEqual([]);
    expect(await receiver.events()).toEqual([]);
  });

  it('accepts the request they are made from', async () => {
    expect(await statusesOfAll([original])).toEqual([200]);
    expect(await receiver.events()).toHaveLength(1);
  });

  /** The status of the answer to each, sent over a few connections that are kept as long as the server keeps them. */
  async function statusesOfAll(requests: readonly RawRequest[]): Promise<readonly (number | undefined)[]> {
    const statuses: (number | undefined)[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      let wire: Wire | undefined;
      for (let at = next++; at < requests.length; at = next++) {
        wire = wire?.open() ? wire : await connect(receiver.port);
        wire.send(onTheWire(path, requests[at] ?? original));
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
  function isHarmless({ headers, body: content }: RawRequest): boolean {
    if (!isDeepStrictEqual([...content], [...original.body])) return false;
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
});

/** 401, or 400 from the parser itself where a header holds a control character; anything else is told with its request. */
function wrongAnswers(requests: readonly RawRequest[], statuses: readonly (number | undefined)[]): readonly string[] {
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
