import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ToldSecrets } from '../../src/http/handshake.ts';
import type { Log } from '../../src/log.ts';
import { presetNamed } from '../../src/sources/preset/presets.ts';
import type { ConfiguredSource, Source, SourceSettings } from '../../src/sources/source.ts';
import { now, secret } from '../sources/raw-request.ts';
import { type ClientAnswer, type ClientRequest, request } from '../support/http-client.ts';
import { configured, testReceiver } from '../support/receiver.ts';

function preset(name: string): Source {
  return presetNamed(name) ?? expect.unreachable(`no preset ${name}`);
}

/** A receiver with one preset, and what it answers. */
async function receiving(source: ConfiguredSource) {
  const toldSecrets: ToldSecrets = new Map();
  const logged: object[] = [];
  const log: Log = { write: (event, fields) => logged.push({ event, ...fields }) };
  const receiver = await testReceiver({ sources: [source], toldSecrets, log });
  const send = (how: ClientRequest, path = ''): Promise<ClientAnswer> =>
    request(`${receiver.url}/in/${source.name}${path}`, how);
  const signed = (name: string, body: object): Promise<ClientAnswer> => {
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = preset(name).sign({ method: 'POST', url: '', body: bytes }, secret, now);
    return send({ method: 'POST', headers, body: bytes });
  };
  return { receiver, send, signed, toldSecrets, logged };
}

const off = (name: string, settings: Partial<SourceSettings> = {}): ConfiguredSource => ({
  ...configured(preset(name), { secret: [], ...settings }),
  off: 'its secret is not set',
});

const plain = 'text/plain; charset=utf-8';

describe('a question that is signed', () => {
  it('of Slack is answered with its challenge, as text, and nothing is stored', async () => {
    const { receiver, signed } = await receiving(configured(preset('slack')));
    const answer = await signed('slack', {
      type: 'url_verification',
      challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7',
    });
    expect(answer).toMatchObject({
      status: 200,
      text: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7',
      headers: { 'content-type': plain, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' },
    });
    expect(await receiver.events()).toEqual([]);
  });

  it('of Zoom is answered with its token and the token’s HMAC', async () => {
    const { signed } = await receiving(configured(preset('zoom')));
    const answer = await signed('zoom', {
      event: 'endpoint.url_validation',
      payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' },
    });
    expect(JSON.parse(answer.text)).toEqual({
      plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
      encryptedToken: createHmac('sha256', secret).update('qgg8vlvZRS6UYooatFL8Aw').digest('hex'),
    });
  });

  it.each([
    ['slack', { type: 'url_verification', challenge: 'abc' }],
    ['zoom', { event: 'endpoint.url_validation', payload: { plainToken: 'abc' } }],
  ])('of %s is refused without its signature', async (name, body) => {
    const { send } = await receiving(configured(preset(name)));
    const answer = await send({ method: 'POST', body: JSON.stringify(body) });
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain('abc');
  });

  it.each(['<script>alert(1)</script>', 'a b', 'a\nb', '"', '', 'x'.repeat(1_025), { html: '<b>' }, ['x'], null, true])(
    'is not answered with what no challenge is: %j',
    async (challenge) => {
      const { signed } = await receiving(configured(preset('slack')));
      const answer = await signed('slack', { type: 'url_verification', challenge });
      expect(answer.status).toBe(401);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.text).not.toContain('script');
    },
  );
});

describe('a question by GET', () => {
  const meta = () => configured(preset('meta'), { verify_token: ['a_token_of_my_own_choice'] } as object);
  const asked = (token: string, challenge = '1158201444') =>
    `?hub.mode=subscribe&hub.challenge=${encodeURIComponent(challenge)}&hub.verify_token=${token}`;

  it('of Meta is answered where it knows the token, and HEAD without a body', async () => {
    const { send } = await receiving(meta());
    expect(await send({}, asked('a_token_of_my_own_choice'))).toMatchObject({
      status: 200,
      text: '1158201444',
      headers: { 'content-type': plain, 'x-content-type-options': 'nosniff' },
    });
    expect(await send({ method: 'HEAD' }, asked('a_token_of_my_own_choice'))).toMatchObject({ status: 200, text: '' });
  });

  it.each(['a_token_of_my_own_choicf', '', 'a_token_of_my_own_choice2'])(
    'is refused with the token %j',
    async (token) => {
      const { send } = await receiving(meta());
      expect(await send({}, asked(token))).toMatchObject({ status: 401 });
    },
  );

  it('is never answered with markup', async () => {
    const { send } = await receiving(meta());
    const answer = await send({}, asked('a_token_of_my_own_choice', '<img src=x onerror=alert(1)>'));
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain('<');
  });

  it('of Mailchimp is answered with nothing', async () => {
    const { send } = await receiving(configured(preset('mailchimp')));
    expect(await send({}, `?secret=${secret}`)).toMatchObject({ status: 200, text: '' });
  });

  it.each(['', '?hub.mode=unsubscribe'])('that is none of the sender’s is answered 405: %j', async (query) => {
    const { send } = await receiving(meta());
    expect(await send({}, query)).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('of a source that nobody asks anything is answered 405', async () => {
    const { send } = await receiving(configured(preset('github')));
    expect(await send({}, '?challenge=x')).toMatchObject({ status: 405 });
  });
});

describe('a secret that the sender tells', () => {
  it('of Asana is given back in its header and kept for the operator', async () => {
    const { send, toldSecrets } = await receiving(off('asana'));
    const answer = await send({ method: 'POST', headers: { 'X-Hook-Secret': 'b537207f20cbfa02357cf448134da559e' } });
    expect(answer).toMatchObject({
      status: 200,
      text: '',
      headers: { 'x-hook-secret': 'b537207f20cbfa02357cf448134da559e' },
    });
    expect(toldSecrets.get('asana')).toEqual({ secret: 'b537207f20cbfa02357cf448134da559e', at: now, others: 0 });
  });

  it('of Notion is kept for the operator', async () => {
    const { send, toldSecrets } = await receiving(off('notion'));
    const body = JSON.stringify({ verification_token: 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl' });
    expect(await send({ method: 'POST', body })).toMatchObject({ status: 200, text: '' });
    expect(toldSecrets.get('notion')?.secret).toBe('secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl');
  });

  it('is kept with how many others were told, because anybody can tell one', async () => {
    const { send, toldSecrets } = await receiving(off('asana'));
    const tell = (told: string) => send({ method: 'POST', headers: { 'X-Hook-Secret': told } });
    for (const told of ['of_the_sender', 'of_the_sender', 'of_somebody_else']) await tell(told);
    expect(toldSecrets.get('asana')).toMatchObject({ secret: 'of_somebody_else', others: 1 });
    await tell('of_the_sender');
    expect(toldSecrets.get('asana')).toMatchObject({ secret: 'of_the_sender', others: 2 });
  });

  it('is told in the log of the process that has it, without the secret', async () => {
    const { send, logged } = await receiving(off('asana'));
    await send({ method: 'POST', headers: { 'X-Hook-Secret': 'b537207f20cbfa02357cf448134da559e' } });
    expect(logged).toEqual([{ event: 'request.asked', source: 'asana', told_secret: true }]);
  });

  it('is not kept once the source has one', async () => {
    const { send, toldSecrets } = await receiving(configured(preset('notion')));
    const body = JSON.stringify({ verification_token: 'secret_of_somebody_else' });
    expect(await send({ method: 'POST', body })).toMatchObject({ status: 200 });
    expect(toldSecrets.size).toBe(0);
  });

  it('is all that is taken as long as the source has none', async () => {
    const { receiver, send } = await receiving(off('notion'));
    const answer = await send({ method: 'POST', body: JSON.stringify({ id: '1', type: 'page.created' }) });
    expect(answer).toMatchObject({ status: 503 });
    expect(await receiver.events()).toEqual([]);
  });
});

describe('what a source stores', () => {
  it('of a form is the object of its fields, and none of the secret in its URL', async () => {
    const { receiver, send } = await receiving(configured(preset('mailchimp')));
    const body = 'type=subscribe&fired_at=2026-11-01+12%3A00%3A00&data%5Bmerges%5D%5BEMAIL%5D=ada%40example.com';
    const headers = { 'X-Original-URI': `/in/mailchimp?secret=${secret}` };
    const answer = await send({ method: 'POST', headers, body }, `?secret=${secret}`);
    expect(JSON.parse(answer.text)).toEqual({ accepted: 1, duplicates: 0 });
    const [event] = await receiver.events();
    const stored = await receiver.store.getEvent(event?.id ?? expect.unreachable());
    expect(JSON.parse(Buffer.from(stored?.request.body ?? []).toString())).toEqual({
      type: 'subscribe',
      fired_at: '2026-11-01 12:00:00',
      data: { merges: { EMAIL: 'ada@example.com' } },
    });
    expect(JSON.stringify(stored?.request)).not.toContain(secret);
  });

  it('of a list without events is nothing, and it is answered all the same', async () => {
    const { receiver, signed } = await receiving(configured(preset('asana')));
    const answer = await signed('asana', { events: [] });
    expect(answer).toMatchObject({ status: 200, text: JSON.stringify({ accepted: 0, duplicates: 0 }) });
    expect(await receiver.events()).toEqual([]);
  });

  it('is answered with nothing where its sender takes JSON for an instruction', async () => {
    const twilio = preset('twilio');
    const { receiver, send } = await receiving(configured(twilio));
    const body = 'MessageSid=SM1&MessageStatus=delivered';
    const headers = twilio.sign(
      { method: 'POST', url: 'https://hooks.example.com/in/twilio', body: Buffer.from(body) },
      secret,
      now,
    );
    expect(await send({ method: 'POST', headers, body })).toMatchObject({ status: 200, text: '' });
    expect(await receiver.events()).toMatchObject([{ type: 'message.delivered' }]);
  });
});
