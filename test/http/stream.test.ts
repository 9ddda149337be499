import { once } from 'node:events';
import http, { type ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChangeWatch } from '../../src/http/change-watch.ts';
import { emptyLibrary, unchangedGatewayFile } from '../../src/mapping/library.ts';
import { freshLane } from '../../src/model/lane.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { now } from '../sources/raw-request.ts';
import { testAdmin, token, translateAll } from '../support/admin.ts';
import { testGateway } from '../support/gateway.ts';
import { request } from '../support/http-client.ts';
import { testReceiver } from '../support/receiver.ts';

interface Message {
  readonly id: string;
  readonly event: string | undefined;
  readonly topics: readonly string[];
}

/** Listens as a browser's EventSource does; its messages one after the other. */
async function listenTo(url: string, bearer: string, lastEventId?: string) {
  const resumed = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
  const headers = { authorization: `Bearer ${bearer}`, ...resumed };
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(`${url}/api/stream`, { headers, agent: false }, resolve).on('error', reject);
  });
  onTestFinished(() => void response.destroy());
  response.setEncoding('utf8');
  const messages = blocksOf(response);
  return {
    response,
    next: async (): Promise<Message | undefined> => {
      const { value } = await messages.next();
      return value;
    },
    leave: () => response.destroy(),
  };
}

async function* blocksOf(response: AsyncIterable<string>): AsyncGenerator<Message, undefined> {
  let text = '';
  for await (const chunk of response) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const [id, event, data] = [field('id'), field('event'), field('data')];
      if (id !== undefined) yield { id, event, topics: data === undefined ? [] : JSON.parse(data).topics };
    }
  }
  return undefined;
}

const invoice = (id: string) => JSON.stringify({ id, object: 'event', type: 'invoice.paid', created: 1_700_000_000 });

describe('GET /api/stream', () => {
  it('needs the token', async () => {
    const { url } = await testAdmin(await testReceiver());
    expect((await request(`${url}/api/stream`)).status).toBe(401);
  });

  it('says what has changed, and nothing of what it is', async () => {
    const receiver = await testReceiver();
    const { url } = await testAdmin(receiver);
    const stream = await listenTo(url, token);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(await stream.next()).toMatchObject({ event: undefined, topics: [] });

    await receiver.post(stripe, invoice('evt_a'));
    expect(await stream.next()).toMatchObject({ event: 'change', topics: ['events'] });

    await translateAll(receiver, () => ({ runs: [], why: 'no mapping matched' }));
    expect(await stream.next()).toMatchObject({ event: 'change', topics: ['events'] });

    await receiver.store.changeLane('usermaven', () => ({ ...freshLane('usermaven', now), pausedAt: now }));
    expect(await stream.next()).toMatchObject({ topics: ['deliveries', 'lanes'] });
  });

  it('says when the configuration has changed', async () => {
    let mappings = emptyLibrary;
    const { url } = await testAdmin(await testReceiver(), { mappings: () => mappings });
    const stream = await listenTo(url, token);
    await stream.next();
    mappings = new Map([['a.yaml', { file: 'a.yaml', loaded: null, problems: [], failingTests: [] }]]);
    expect(await stream.next()).toMatchObject({ topics: ['configuration'] });
  });

  it('tells after a break what has changed meanwhile, whichever gateway answers', async () => {
    const receiver = await testReceiver();
    const first = await listenTo((await testAdmin(receiver)).url, token);
    const { id = '' } = (await first.next()) ?? {};
    first.leave();
    await receiver.post(stripe, invoice('evt_b'));

    const { url } = await testAdmin(receiver);
    const second = await listenTo(url, token, id);
    const missed = await second.next();
    expect(missed).toMatchObject({ event: 'change', topics: ['events'] });

    const third = await listenTo(url, token, missed?.id);
    expect(await third.next()).toEqual({ id: missed?.id, event: undefined, topics: [] });
  });

  it('tells of everything whoever brings back what is no id', async () => {
    const { url } = await testAdmin(await testReceiver());
    const stream = await listenTo(url, token, 'made-up');
    expect(await stream.next()).toMatchObject({
      topics: ['events', 'deliveries', 'lanes', 'replays', 'configuration'],
    });
  });

  it('sets no timer while nobody listens', async () => {
    const { store } = await testReceiver();
    const watch = new ChangeWatch({ store, mappings: () => emptyLibrary, gatewayFile: () => unchangedGatewayFile });
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const leave = [watch.listen(() => undefined), watch.listen(() => undefined)];
    expect(timers()).toBe(before + 1);
    leave[0]?.();
    expect(timers()).toBe(before + 1);
    leave[1]?.();
    expect(timers()).toBe(before);
  });

  it('begins nothing for whoever has left before it has looked', async () => {
    const receiver = await testReceiver();
    const looked = Promise.withResolvers<void>();
    const isAsked = Promise.withResolvers<void>();
    const lanes = async () => {
      isAsked.resolve();
      await looked.promise;
      return [];
    };
    const store = new Proxy(receiver.store, {
      get: (target, key) => {
        const value: unknown = key === 'lanes' ? lanes : Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const answers: ServerResponse[] = [];
    const { url } = await testAdmin(receiver, { store }, (app) => (request, response) => {
      answers.push(response);
      app(request, response);
    });
    const headers = { authorization: `Bearer ${token}` };
    const asking = http.get(`${url}/api/stream`, { headers, agent: false }).on('error', () => undefined);
    await isAsked.promise;
    const [answer = expect.unreachable('nobody has asked')] = answers;
    const closed = once(answer, 'close');
    asking.destroy();
    await closed;
    looked.resolve();
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    expect(answer.headersSent).toBe(false);
  });

  it('makes room for one more by ending the oldest', async () => {
    const { url } = await testAdmin(await testReceiver());
    const oldest = await listenTo(url, token);
    await oldest.next();
    for (let count = 0; count < 100; count += 1) await listenTo(url, token);
    expect(await oldest.next()).toBeUndefined();
  });

  it('ends at once when the gateway stops', async () => {
    const gateway = await testGateway({ destinations: {}, mappings: {} });
    const stream = await listenTo(gateway.adminUrl, gateway.token);
    await stream.next();
    const stopped = gateway.halt();
    expect(await stream.next()).toBeUndefined();
    await stopped;
  });
});
