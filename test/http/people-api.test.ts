import { describe, expect, it } from 'vitest';
import { stripe } from '../../src/sources/stripe.ts';
import { identifierFrom } from '../identity/links.ts';
import { now } from '../sources/raw-request.ts';
import { testAdmin, token } from '../support/admin.ts';
import { request } from '../support/http-client.ts';
import { testReceiver } from '../support/receiver.ts';

/** An API that knows one person: user usr_1 with an e-mail address, who is also number 42 in two systems. */
async function adminWithAda() {
  const receiver = await testReceiver();
  await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'invoice.paid' }));
  const claim = { worker: 'wrk_one', limit: 1, leaseMs: 60_000, aloneAfterTries: 3, now } as const;
  const [event] = await receiver.store.claimEvents(claim);
  if (event === undefined) throw new Error('nothing was received');
  const identifiers = ['user_id:usr_1', 'email:ada@example.com', 'hubspot_contact:42', 'loyalty_card:42'];
  await receiver.store.stitch([{ event, identifiers: identifiers.map(identifierFrom) }]);
  return { receiver, event, ...(await testAdmin(receiver)) };
}

describe('GET /api/identities', () => {
  it('answers with the person, the links and the events', async () => {
    const { json, event } = await adminWithAda();

    expect(await json('/api/identities?identifier=Ada%40Example.com')).toMatchObject({
      user_id: 'usr_1',
      conflict: null,
      identifiers: expect.arrayContaining([
        { kind: 'email', value: 'ada@example.com', hops: 0, shared: false, link: null },
        {
          kind: 'user_id',
          value: 'usr_1',
          hops: 1,
          shared: false,
          link: {
            from: { kind: 'email', value: 'ada@example.com' },
            to: { kind: 'user_id', value: 'usr_1' },
            source: 'stripe',
            event_id: event.id,
            seen_at: event.occurredAt.toISOString(),
          },
        },
      ]),
      events: [{ id: event.id, source: 'stripe', type: 'invoice.paid', status: 'received' }],
    });
  });

  it('answers 404 for one that nobody has, without repeating it', async () => {
    const { get } = await adminWithAda();
    const { status, text } = await get('/api/identities?identifier=nobody%40example.com');

    expect([status, JSON.parse(text)]).toMatchObject([404, { error: { code: 'person_not_found' } }]);
    expect(text).not.toContain('nobody@');
  });

  it('asks for the kind where a value is known as two', async () => {
    const { get, json } = await adminWithAda();
    const { status, text } = await get('/api/identities?identifier=42');

    expect([status, JSON.parse(text)]).toMatchObject([409, { error: { code: 'person_ambiguous' } }]);
    expect(await json('/api/identities?identifier=loyalty_card:42')).toMatchObject({ user_id: 'usr_1' });
  });

  it.each(['/api/identities', '/api/identities?identifier=', '/api/identities?email=a'])('refuses %s', async (path) =>
    expect((await (await adminWithAda()).get(path)).status).toBe(400),
  );

  it('is for whoever has the token', async () => {
    const { url } = await adminWithAda();
    expect((await request(`${url}/api/identities?identifier=usr_1`)).status).toBe(401);
  });
});

describe('DELETE /api/identities', () => {
  const forgetting = async (identifier: string) => {
    const { url, receiver, event, json } = await adminWithAda();
    const path = `${url}/api/identities?identifier=${encodeURIComponent(identifier)}`;
    const answer = await request(path, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, body: JSON.parse(answer.text), receiver, event, json };
  };

  it('erases the person and says what, and that nothing is left', async () => {
    const { status, body, receiver, event } = await forgetting('ada@example.com');

    expect([status, body]).toEqual([
      200,
      {
        ...{ identifiers: 4, events: 1, requests: 1, deliveries: 0, attempts: 0, emptied: 0 },
        ...{ verified: true, remaining: [], too_short: ['hubspot_contact', 'loyalty_card'] },
      },
    ]);
    expect(await receiver.store.getEvent(event.id)).toBeUndefined();
  });

  it('looks for whom nobody knows all the same', async () => {
    expect(await forgetting('nobody@example.com')).toMatchObject({ status: 200, body: { events: 0, verified: true } });
  });

  it('erases nobody where it is not clear who is meant', async () => {
    const { status, body, json } = await forgetting('42');

    expect([status, body]).toMatchObject([409, { error: { code: 'person_ambiguous' } }]);
    expect(await json('/api/identities?identifier=usr_1')).toMatchObject({ user_id: 'usr_1' });
  });
});
