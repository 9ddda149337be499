import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../src/log.ts';
import { freshLane } from '../../src/model/lane.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { now } from '../sources/raw-request.ts';
import { draft, testAdmin, token, translateAll } from '../support/admin.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { request } from '../support/http-client.ts';
import { testReceiver } from '../support/receiver.ts';

const body = `{ "id": "evt_1", "object": "event", "type": "invoice.paid", "created": 1700000000,
  "data": { "object": { "customer_name": "Ada Lovelace", "customer_email": "ada@example.com", "customer_phone": "+14155550143" } } }`;
const personal = /Lovelace|ada@|5550143/;

/** One event of Ada with a delivery, a browser that is logged in, and a script. */
async function stored() {
  const receiver = await testReceiver();
  const logged: { event: LogEvent; fields: unknown }[] = [];
  const admin = await testAdmin(receiver, { log: { write: (event, fields) => logged.push({ event, fields }) } });
  await receiver.post(stripe, body);
  await translateAll(receiver, () => ({
    runs: [],
    drafts: [draft('segment', { traits: { email: 'ada@example.com', name: 'Ada Lovelace' } })],
  }));
  const [event] = await receiver.events();
  const headers = { authorization: `Bearer ${token}` };
  const made = await request(`${admin.url}/api/setup-links`, { method: 'POST', headers });
  const browser = new ConsoleVisitor(admin);
  await browser.setUp(new URL(JSON.parse(made.text).url).searchParams.get('token') ?? '', 'correct horse battery');
  logged.length = 0;
  const script = (path: string) => request(`${admin.url}${path}`, { headers });
  return { receiver, browser, script, logged, id: event?.id ?? '' };
}

describe('personal data', () => {
  it('is hidden from whoever looks at it in a browser, and the answer says so', async () => {
    const { browser, id, logged } = await stored();
    const { text } = await browser.get(`/api/events/${id}`);
    expect(text).not.toMatch(personal);
    const answer = JSON.parse(text);
    expect(answer).toMatchObject({
      masked: true,
      deliveries: [{ payload: { traits: { email: 'a•••@example.com', name: 'A••• L•••' } } }],
    });
    expect(JSON.parse(answer.request.body).data.object).toEqual({
      customer_name: 'A••• L•••',
      customer_email: 'a•••@example.com',
      customer_phone: '•••43',
    });
    expect(logged).toEqual([]);
  });

  it('is hidden in lists and in what is told of a person', async () => {
    const { browser, receiver } = await stored();
    const email = { kind: 'email', value: 'ada@example.com', hops: 0 } as const;
    const [event] = await receiver.store.listEvents({}, { limit: 1 }).then(({ items }) => items);
    if (event !== undefined)
      await receiver.store.stitch([{ event, identifiers: [email, { kind: 'user_id', value: 'usr_1' }] }]);
    for (const path of [
      '/api/events',
      '/api/deliveries',
      '/api/problems',
      '/api/identities?identifier=ada@example.com',
    ])
      expect([path, (await browser.get(path)).text]).toEqual([path, expect.not.stringMatching(personal)]);
    const person = JSON.parse((await browser.get('/api/identities?identifier=ada@example.com')).text);
    expect(person).toMatchObject({ masked: true, user_id: 'usr_1' });
    expect(JSON.parse((await browser.get('/api/stats')).text)).not.toHaveProperty('masked');
  });

  it('is hidden in what a destination has answered, and its settings are as they were written', async () => {
    const { browser, script, receiver } = await stored();
    const message = 'It answered 401: no access for ada@example.com';
    await receiver.store.changeLane('segment', (lane) => ({
      ...(lane ?? freshLane('segment', now)),
      circuit: { state: 'open', trouble: 'credentials', message, since: now, probeAt: now },
    }));
    expect((await browser.get('/api/destinations')).text).toContain('no access for a•••@example.com');
    expect((await script('/api/destinations')).text).toContain(message);
  });

  it('is shown when asked for, which is written down without it', async () => {
    const { browser, id, logged } = await stored();
    const { text } = await browser.get(`/api/events/${id}?reveal=true`);
    expect(JSON.parse(text)).not.toHaveProperty('masked');
    expect(JSON.parse(text).request.body).toBe(body);
    await browser.get('/api/identities?identifier=ada@example.com&reveal=true');
    await browser.get('/api/events/ada@example.com?reveal=true');
    expect(logged).toEqual([
      { event: 'data.revealed', fields: { by: 'admin', path: `/api/events/${id}` } },
      { event: 'data.revealed', fields: { by: 'admin', path: '/api/identities' } },
      { event: 'data.revealed', fields: { by: 'admin', path: '/api/…' } },
    ]);
  });

  it('leaves the other parameters of a call as they are', async () => {
    const { browser } = await stored();
    const found = await browser.get('/api/events?reveal=true&source=stripe&limit=1');
    expect(JSON.parse(found.text).items).toHaveLength(1);
    expect((await browser.get('/api/events?source=stripe&nonsense=1&reveal=false')).status).toBe(400);
  });

  it.each(['', 'yes', '1', 'true&reveal=true', 'true&reveal=false'])('is not shown for reveal=%s', async (value) => {
    const { browser, id, logged } = await stored();
    const answer = await browser.get(`/api/events/${id}?reveal=${value}`);
    expect(answer).toMatchObject({ status: 400, text: expect.not.stringMatching(personal) });
    expect(logged).toEqual([]);
  });

  it('is shown to scripts, unless they ask to have it hidden', async () => {
    const { script, id, logged } = await stored();
    expect(JSON.parse((await script(`/api/events/${id}`)).text).request.body).toBe(body);
    expect((await script(`/api/events/${id}?reveal=true`)).text).toMatch(personal);
    expect((await script(`/api/events/${id}?reveal=false`)).text).not.toMatch(personal);
    expect(logged).toEqual([]);
  });
});

describe('the body of an event', () => {
  it('is a file to the last byte, which no browser shows as a page', async () => {
    const { browser, script, id, logged } = await stored();
    const file = {
      status: 200,
      text: body,
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${id}.json"`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      },
    };
    expect(await browser.get(`/api/events/${id}/body?reveal=true`)).toMatchObject(file);
    expect(await script(`/api/events/${id}/body`)).toMatchObject(file);
    expect(logged).toEqual([{ event: 'data.revealed', fields: { by: 'admin', path: `/api/events/${id}/body` } }]);
  });

  it('is revealed, or not downloaded', async () => {
    const { browser, id } = await stored();
    expect(await browser.get(`/api/events/${id}/body`)).toMatchObject({
      status: 400,
      text: expect.stringContaining('reveal=true'),
    });
    expect((await browser.get('/api/events/evt_none/body?reveal=true')).status).toBe(404);
  });
});
