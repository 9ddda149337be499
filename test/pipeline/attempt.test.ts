import { describe, expect, it, onTestFinished } from 'vitest';
import { createSender } from '../../src/delivery/send.ts';
import type { ConfiguredDestination } from '../../src/destinations/destination.ts';
import { destinationNamed } from '../../src/destinations/index.ts';
import { addMs } from '../../src/model/clock.ts';
import { attempt } from '../../src/pipeline/attempt.ts';
import { type LocalServer, type Respond, startHttpServer } from '../delivery/local-server.ts';

const payload = (number: number, more: object = {}): { readonly payload: string } => ({
  payload: JSON.stringify({ type: 'track', event: `e${number}`, userId: 'u', messageId: `m${number}`, ...more }),
});
const payloads = (count: number): readonly { readonly payload: string }[] =>
  Array.from({ length: count }, (_, number) => payload(number));

interface World {
  readonly server: LocalServer;
  /** The numbers of the events of each request, in order of arrival. */
  readonly sent: () => readonly (readonly number[])[];
  readonly attempt: (deliveries: readonly { readonly payload: string }[]) => ReturnType<typeof attempt>;
}

/** RudderStack answers for a batch as a whole. `takingMs` is what each answer takes by the gateway's clock. */
async function rudderstack(answer: (numbers: readonly number[]) => number, takingMs = 0): Promise<World> {
  let now = new Date('2026-03-15T12:00:00Z');
  const sent: (readonly number[])[] = [];
  const respond: Respond = (response) => {
    const numbers = numbersOf(server.requests.at(-1)?.body ?? Buffer.from(''));
    sent.push(numbers);
    now = addMs(now, takingMs);
    const status = answer(numbers);
    if (status === 0) response.destroy();
    else response.writeHead(status).end(status === 200 ? 'OK' : 'Invalid JSON');
  };
  const server = await startHttpServer(respond);
  const sender = createSender();
  onTestFinished(() => sender.close());
  const dependencies = {
    sender,
    clock: { now: () => now },
    show: () => undefined,
    shutdown: new AbortController().signal,
  };
  const target = targetAt(server.origin);
  return { server, sent: () => sent, attempt: (deliveries) => attempt(deliveries, target, dependencies) };
}

function targetAt(url: string): ConfiguredDestination {
  const destination = destinationNamed('segment');
  if (destination === undefined) throw new Error('no segment');
  const settings = destination.settings.parse({
    type: 'segment',
    flavor: 'rudderstack',
    url,
    write_key: 'a-write-key',
    allow_private_address: true,
  });
  return { name: 'segment', destination, settings, off: null };
}

const numbersOf = (body: Buffer): readonly number[] =>
  [...body.toString().matchAll(/"messageId":"m(\d+)"/g)].map(([, number]) => Number(number));

const kinds = (outcomes: Awaited<ReturnType<typeof attempt>>['outcomes']): readonly (string | null)[] =>
  outcomes.map((outcome) => outcome?.kind ?? null);

const refusing =
  (...bad: readonly number[]) =>
  (numbers: readonly number[]): number =>
    numbers.some((number) => bad.includes(number)) ? 400 : 200;

describe('a batch that is refused as a whole', () => {
  it.each([0, 37, 99])('loses the one payload that is to blame, number %i of a hundred, and no other', async (bad) => {
    const { attempt, sent } = await rudderstack(refusing(bad));
    const { outcomes, requests } = await attempt(payloads(100));

    expect(outcomes[bad]).toMatchObject({ kind: 'fail', reason: 'rejected', response: { status: 400 } });
    expect(kinds(outcomes.toSpliced(bad, 1))).toEqual(Array(99).fill('delivered'));
    // Two for each time that a hundred can be halved, and the one that was refused.
    expect(requests).toBeLessThanOrEqual(15);
    expect(sent()).toHaveLength(requests);
  });

  it('is sent in halves, in order, and nothing that was taken is sent again', async () => {
    const { attempt, sent } = await rudderstack(refusing(2));
    const { outcomes } = await attempt(payloads(6));

    expect(sent()).toEqual([[0, 1, 2, 3, 4, 5], [0, 1, 2], [0, 1], [2], [3, 4, 5]]);
    expect(kinds(outcomes)).toEqual(['delivered', 'delivered', 'fail', 'delivered', 'delivered', 'delivered']);
  });

  it.each([413, 422])('is sent in halves for %i too', async (status) => {
    const { attempt } = await rudderstack((numbers) => (numbers.length > 2 ? status : 200));
    const { outcomes, requests } = await attempt(payloads(4));
    expect(kinds(outcomes)).toEqual(Array(4).fill('delivered'));
    expect(requests).toBe(3);
  });

  it.each([
    [404, 'fail'],
    [401, 'retry'],
    [500, 'retry'],
    [0, 'retry'],
  ])('is not sent in halves where the answer, %i, blames no payload', async (status, kind) => {
    const { attempt, sent } = await rudderstack(() => status);
    const { outcomes, requests } = await attempt(payloads(4));
    expect(kinds(outcomes)).toEqual(Array(4).fill(kind));
    expect([requests, sent().length]).toEqual([1, 1]);
  });

  it('lets what a part finds no answer for be tried again, and hands back what comes after it', async () => {
    const { attempt, sent } = await rudderstack((numbers) =>
      numbers.length === 4 ? 400 : numbers.includes(1) ? 503 : 200,
    );
    const { outcomes } = await attempt(payloads(4));
    expect(kinds(outcomes)).toEqual(['retry', 'retry', null, null]);
    expect(sent()).toHaveLength(2);
  });

  it('ends before its lease does, with what is not found out for a smaller request', async () => {
    const { attempt, sent } = await rudderstack(() => 400, 20_000);
    const { outcomes } = await attempt(payloads(8));
    expect(sent().map(({ length }) => length)).toEqual([8, 4]);
    expect(kinds(outcomes)).toEqual([...Array(4).fill('retry'), ...Array(4).fill(null)]);
    expect(outcomes[0]).toMatchObject({ reason: 'rejected', message: expect.stringMatching(/^refused with others/) });
  });

  it('costs a bounded number of requests where every payload is to blame', async () => {
    const { attempt } = await rudderstack(() => 400);
    const { outcomes, requests } = await attempt(payloads(100));
    expect(requests).toBe(32);
    expect(kinds(outcomes)).toContain('fail');
    expect(kinds(outcomes)).not.toContain('delivered');
  });

  it('says nothing of a payload that never left, nor sends it', async () => {
    const { attempt, sent } = await rudderstack(refusing(2));
    const { outcomes } = await attempt([payload(0), payload(1, { userId: '' }), payload(2)]);
    expect(outcomes).toMatchObject([{ kind: 'delivered' }, { reason: 'invalid_payload' }, { reason: 'rejected' }]);
    expect(sent()).toEqual([[0, 2], [0], [2]]);
  });
});
