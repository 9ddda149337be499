import { describe, expect, it } from 'vitest';
import { startUsermaven } from '../../../src/demo/stand-ins/usermaven.ts';
import { casesOf, closesStandIns, post } from './replay.ts';

const opened = closesStandIns();
const start = () => opened(startUsermaven({ apiKey: 'API_KEY', serverToken: 'SERVER_TOKEN' }));
const path = '/api/v1/s2s/event?token=API_KEY.SERVER_TOKEN';
const event = (fields: object = {}) => ({ api_key: 'API_KEY', event_type: 'x', user: { id: 'usr_1' }, ...fields });
const march = Date.parse('2025-03-15T14:30:00Z');

describe('the usermaven stand-in', () => {
  it.each(casesOf<{ case: string; body: object }>('usermaven/accepted.json'))('takes $case', async ({ body }) => {
    const usermaven = await start();
    expect(await post(usermaven.url + path, body)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    const bodies = usermaven.received.flatMap((call) => call.items.map((item) => item.body));
    expect(bodies).toEqual(Array.isArray(body) ? body : [body]);
  });

  it.each(casesOf<{ case: string; text: string; message: string }>('usermaven/unparsable.json'))(
    'refuses $case',
    async ({ text, message }) => {
      const usermaven = await start();
      const reply = await post(usermaven.url + path, text);
      expect(reply.status).toBe(400);
      // What follows is the position as Go's parser words it.
      const [firstWords = ''] = message.split(" '");
      expect(JSON.parse(reply.body)).toMatchObject({ message: expect.stringContaining(firstWords), error: '' });
    },
  );

  it.each([
    ['?token=WRONG', 'The token is not found: WRONG'],
    ['?token=API_KEY', "The token isn't a server secret token. Please use an s2s integration token"],
    ['', 'The token is not found: '],
  ])('refuses the token in "%s"', async (query, message) => {
    const usermaven = await start();
    const reply = await post(`${usermaven.url}/api/v1/s2s/event${query}`, event(), {
      authorization: 'Bearer API_KEY.SERVER_TOKEN',
    });
    expect({ status: reply.status, ...JSON.parse(reply.body) }).toEqual({ status: 401, message, error: '' });
    expect(usermaven.refused).toMatchObject([{ reason: 'unauthorized' }]);
  });

  it('takes the token from the header of the browser client, and a path with a trailing slash', async () => {
    const usermaven = await start();
    await post(`${usermaven.url}/api/v1/s2s/event/`, event(), { 'x-auth-token': 'API_KEY.SERVER_TOKEN' });
    expect(usermaven.received).toHaveLength(1);
  });

  it.each([
    ['missing_api_key', { api_key: '' }],
    ['missing_event_type', { event_type: undefined }],
    ['missing_user', { user: { email: 'a@b.co' } }],
  ])('refuses a whole array for one event with %s', async (reason, fields) => {
    const usermaven = await start();
    expect(await post(usermaven.url + path, [event(), event(fields)])).toMatchObject({ status: 400 });
    expect(usermaven.refused).toMatchObject([{ reason }]);
    expect(usermaven.received).toEqual([]);
  });

  it.each([
    ['an event of 51,200 bytes', 51_200, (sized: object) => sized, 200],
    ['an event of 51,201 bytes', 51_201, (sized: object) => sized, 400],
    ['one large event among small ones', 60_000, (sized: object) => [sized, event()], 200],
    ['an array over its limit', 102_500, (sized: object) => [sized, event()], 400],
  ])('judges the size of %s', async (_name, bytes, wrap, status) => {
    const usermaven = await start();
    const overhead = JSON.stringify(event({ note: '' })).length;
    const reply = await post(usermaven.url + path, wrap(event({ note: 'x'.repeat(bytes - overhead) })));
    expect(reply.status).toBe(status);
  });

  it('counts an event_id once, unless its copies fall into different months', async () => {
    const usermaven = await start();
    const copy = event({ event_id: 'evt_1', _timestamp: march });
    await post(usermaven.url + path, copy);
    await post(usermaven.url + path, [copy, event({ event_id: 'evt_2', _timestamp: march })]);
    await post(usermaven.url + path, event({ event_id: '' }));
    expect(usermaven.received).toHaveLength(3);
    expect(usermaven.distinct()).toEqual(['evt_1', 'evt_2']);
    await post(usermaven.url + path, { ...copy, _timestamp: Date.parse('2025-04-01T00:00:00Z') });
    expect(usermaven.dropped).toMatchObject([
      { reason: 'duplicate_in_another_month', detail: 'counted in 2025-03 and in 2025-04' },
    ]);
  });

  it('stores a timestamp in seconds in 1970', async () => {
    const usermaven = await start();
    await post(usermaven.url + path, event({ _timestamp: march / 1000 }));
    expect(usermaven.dropped).toMatchObject([{ reason: 'timestamp_in_seconds', detail: 'stored in 1970-01' }]);
  });

  it('attributes an event to the user before the browser', async () => {
    const usermaven = await start();
    await post(usermaven.url + path, [event({ user: { id: 'usr_1', anonymous_id: '5zdta4zak9' } })]);
    await post(usermaven.url + path, [event({ user: { anonymous_id: '5zdta4zak9' } })]);
    const people = usermaven.received.flatMap((call) => call.items.map(({ person }) => person));
    expect(people).toEqual(['usr_1', '5zdta4zak9']);
  });

  it('knows no other path', async () => {
    const usermaven = await start();
    expect(await post(`${usermaven.url}/v1/event`, event())).toMatchObject({ status: 404 });
  });
});
