import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/model/clock.ts';
import { presetNames, readPreset } from '../../src/sources/preset/presets.ts';
import { type PresetGateway, presetGateway } from '../support/preset-gateway.ts';

const secret = 'a_secret_that_the_sender_has';
const verifyToken = 'a_verify_token_of_our_own';

let gateway: PresetGateway;
afterEach(() => gateway.stop());

/** What it is answered, in short. */
async function answerTo(path: string, init?: RequestInit) {
  const answer = await fetch(`${gateway.url}/in/${path}`, init);
  return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
}

const json = (body: object, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** As the source itself would sign it now; what is given last is the key of a pair. */
function signed(name: string, body: object, key = secret): RequestInit {
  const text = JSON.stringify(body);
  const headers = gateway
    .source(name)
    .sign({ method: 'POST', url: '', body: Buffer.from(text) }, key, systemClock.now());
  return json(body, headers);
}

describe('what a sender asks before it sends', () => {
  it('is answered for Slack, which signs it', async () => {
    gateway = await presetGateway({ slack: { secret } });
    const body = {
      token: 'old',
      type: 'url_verification',
      challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
    };
    expect(await answerTo('slack', signed('slack', body))).toEqual({
      status: 200,
      text: body.challenge,
      type: 'text/plain; charset=utf-8',
    });
    expect(await answerTo('slack', json(body))).toMatchObject({ status: 401 });
  });

  it('is answered for Zoom, with what only the secret can make', async () => {
    gateway = await presetGateway({ zoom: { secret } });
    const body = {
      event: 'endpoint.url_validation',
      event_ts: 1_795_219_200_000,
      payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' },
    };
    const { status, text } = await answerTo('zoom', signed('zoom', body));
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
        encryptedToken: createHmac('sha256', secret).update('qgg8vlvZRS6UYooatFL8Aw').digest('hex'),
      },
    ]);
    expect(await answerTo('zoom', json(body))).toMatchObject({ status: 401 });
  });

  it('is answered for Meta, which repeats our token', async () => {
    gateway = await presetGateway({ meta: { secret, verify_token: verifyToken } });
    const asked = (token: string) => `meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`;
    expect(await answerTo(asked(verifyToken))).toMatchObject({ status: 200, text: '1158201444' });
    expect(await answerTo(asked('a_verify_token_of_others'))).toMatchObject({ status: 401 });
  });

  it('is answered for Dropbox, as text that no browser runs', async () => {
    gateway = await presetGateway({ dropbox: { secret } });
    expect(await answerTo('dropbox?challenge=tdOBQ1xAbc')).toEqual({
      status: 200,
      text: 'tdOBQ1xAbc',
      type: 'text/plain; charset=utf-8',
    });
    expect(await answerTo('dropbox?challenge=%3Cscript%3E')).toMatchObject({ status: 401 });
  });

  it('is answered for Mailchimp and Mandrill, which only look whether anybody is there', async () => {
    gateway = await presetGateway({ mailchimp: { secret }, mandrill: { secret } });
    expect(await answerTo(`mailchimp?secret=${secret}`)).toMatchObject({ status: 200, text: '' });
    expect(await answerTo('mandrill', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('is answered for Discord, which signs with a key of its own, with 204', async () => {
    const pairs = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
    const [own, foreign] = pairs.map(({ privateKey }) =>
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    );
    const key = pairs[0]?.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
    gateway = await presetGateway({ discord: { secret: key ?? '' } });
    const ping = { version: 1, application_id: '1234560000000000042', type: 0 };
    expect(await answerTo('discord', signed('discord', ping, own))).toMatchObject({ status: 204, text: '' });
    expect(await answerTo('discord', signed('discord', ping, foreign))).toMatchObject({ status: 401 });
  });

  it('is answered for Asana, whose secret it tells, and shown until it is set', async () => {
    gateway = await presetGateway({ asana: { secret: '' } });
    const answer = await fetch(
      `${gateway.url}/in/asana`,
      json({}, { 'x-hook-secret': 'b537207f20cbfa02357cf448134da559' }),
    );
    expect([answer.status, answer.headers.get('x-hook-secret')]).toEqual([200, 'b537207f20cbfa02357cf448134da559']);
    expect(await gateway.told('asana')).toBe('b537207f20cbfa02357cf448134da559');
    expect(await answerTo('asana', json({ events: [] }))).toMatchObject({ status: 503 });
  });

  it('is answered for Notion, whose secret it tells', async () => {
    gateway = await presetGateway({ notion: { secret: '' } });
    const asked = json({ verification_token: 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl' });
    expect(await answerTo('notion', asked)).toMatchObject({ status: 200, text: '' });
    expect(await gateway.told('notion')).toBe('secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl');
  });

  it('is stored by nobody, and told by nobody once a secret is set', async () => {
    gateway = await presetGateway({ slack: { secret }, notion: { secret } });
    await answerTo('slack', signed('slack', { type: 'url_verification', challenge: 'abc' }));
    await answerTo('notion', json({ verification_token: 'secret_of_somebody_else_entirely' }));
    expect(await gateway.events()).toEqual([]);
    expect(await gateway.told('notion')).toBeNull();
  });

  it('is tried here for every preset that has such a question', () => {
    const tried = 'asana discord dropbox mailchimp mandrill meta notion slack zoom'.split(' ');
    expect(presetNames.filter((name) => readPreset(name).handshake.length > 0)).toEqual(tried);
  });
});
