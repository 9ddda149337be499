import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { readGatewayFile } from '../../src/config/gateway-file.ts';
import { sourceNamed, sourceTypes } from '../../src/sources/index.ts';
import { bytes, headersOf, now, rawRequest } from '../sources/raw-request.ts';

const secret = 'a_secret_of_the_sender';

const read = (source: string, publicUrl?: string) =>
  readGatewayFile('gateway.yaml', `version: 1\nsources:\n  it:\n${source.replaceAll(/^/gm, '    ')}\n`, {
    environment: environmentFrom({ S: secret }),
    publicUrl,
    sourceNamed,
  });

const problemsOf = (source: string): readonly string[] =>
  read(source).problems.map(({ severity, message, at }) => `${severity} ${at.line}:${at.column} ${message}`);

const configuredBy = (source: string) => read(source).sources[0] ?? expect.unreachable();

const hmacOf = (text: string) => createHmac('sha256', secret).update(text).digest('hex');

describe('type: hmac', () => {
  const calcom = `type: hmac
secret: "\${S}"
signature: { header: X-Cal-Signature-256 }
event_type: =triggerEvent
event_id: =[payload.uid, triggerEvent]
occurred_at: =createdAt`;

  it('is a source of its own, with the events that its expressions read', () => {
    const { source, settings, off } = configuredBy(calcom);
    expect(off).toBeNull();
    const body = '{"triggerEvent":"BOOKING_CREATED","createdAt":"2026-11-01T10:00:00Z","payload":{"uid":"7"}}';
    const request = rawRequest({ body: bytes(body), headers: headersOf({ 'x-cal-signature-256': hmacOf(body) }) });
    expect(source.verify(request, settings, now)).toEqual({ ok: true });
    expect(source.parse(JSON.parse(body), request)).toEqual({
      events: [
        {
          type: 'BOOKING_CREATED',
          externalId: '["7","BOOKING_CREATED"]',
          occurredAt: new Date('2026-11-01T10:00:00Z'),
          item: null,
        },
      ],
    });
  });

  const unsaid = calcom.split('\nevent_type')[0];

  it('reads headers, the query and the last part of the URL', () => {
    const { source } = configuredBy(`${unsaid}
event_type: =$headers.\`x-event\` & "." & $query.on & "." & $kind
event_id: =$query.on`);
    const request = rawRequest({ url: 'https://x.example/in/it/k?on=q', kind: 'k', headers: { 'x-event': ['h'] } });
    expect(source.parse({}, request)).toMatchObject({ events: [{ type: 'h.q.k', externalId: 'q' }] });
  });

  it('takes a type that is no expression for itself', () => {
    const { source } = configuredBy(`${unsaid}\nevent_type: order.paid`);
    expect(source.parse({}, rawRequest())).toMatchObject({ events: [{ type: 'order.paid' }] });
  });

  it.each([
    [
      'event_id: id',
      'error 7:15 sources.it.event_id: is a text, which would be the same for every event',
      'write an expression, as in =id',
    ],
    [
      'event_id: ==id',
      'error 7:15 sources.it.event_id: is a text, which would be the same for every event',
      'write an expression, as in =id',
    ],
    [
      'occurred_at: created_at',
      'error 7:18 sources.it.occurred_at: is a text, which would be the same for every event',
      'write an expression, as in =created_at',
    ],
    [
      'event_type: type',
      'error 7:17 sources.it.event_type: is a text, which would be the type of every event',
      'write =type for what the body says there',
    ],
    [
      'event_type: $headers.x-topic',
      'error 7:17 sources.it.event_type: is a text, which would be the type of every event',
      'write =$headers.x-topic for what the body says there',
    ],
    [
      'event_type: data.event_type',
      'error 7:17 sources.it.event_type: is a text, which would be the type of every event',
      'write =data.event_type for what the body says there',
    ],
  ])('tells a forgotten = in %j, which would make one event of all', (line, problem, hint) => {
    expect(problemsOf(`${unsaid}\n${line}`)).toEqual([problem]);
    expect(read(`${unsaid}\n${line}`).problems[0]?.hint).toBe(hint);
  });

  it('keeps an event whose expressions read nothing: its kind, its exact body and its receipt stand in', () => {
    const { source } = configuredBy(calcom);
    const request = rawRequest({ body: bytes('{}'), kind: null });
    expect(source.parse({}, request)).toMatchObject({
      events: [{ type: 'unknown', occurredAt: now, externalId: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    expect(source.parse({}, { ...request, kind: 'form' })).toMatchObject({ events: [{ type: 'form' }] });
  });

  it('takes one body at two URLs for two events, and at one of them for the same', () => {
    const { source } = configuredBy(unsaid ?? '');
    const idAt = (kind: string) => {
      const parsed = source.parse({}, rawRequest({ body: bytes('{"id":7}'), kind }));
      return 'events' in parsed ? parsed.events[0]?.externalId : undefined;
    };
    expect(idAt('created')).toBe(idAt('created'));
    expect(idAt('created')).not.toBe(idAt('paid'));
  });

  it('makes one event of each element of a list, wherever it is', () => {
    const { source } = configuredBy(`${calcom}\nbatch: =items`);
    const body = source.readBody?.(bytes('{"items":[{"triggerEvent":"a"},{"triggerEvent":"b"}]}'));
    expect(body).toMatchObject({ json: [{ triggerEvent: 'a' }, { triggerEvent: 'b' }] });
    expect(Buffer.from(body !== undefined && 'json' in body ? (body.stored ?? []) : []).toString()).toBe(
      '[{"triggerEvent":"a"},{"triggerEvent":"b"}]',
    );
    expect(source.parse([{ triggerEvent: 'a' }, { triggerEvent: 'b' }], rawRequest())).toMatchObject({
      events: [
        { type: 'a', item: 0 },
        { type: 'b', item: 1 },
      ],
    });
  });

  it('is off without PUBLIC_URL where the signature covers the URL', () => {
    const text = `${calcom}\nsigned: "{url}{body}"`;
    expect(configuredBy(text).off).toBe('PUBLIC_URL is not set, and its signatures cover it');
    expect(read(text, 'https://hooks.example.com').sources[0]?.off).toBeNull();
  });
});

describe('what lets anything through', () => {
  const start = 'type: hmac\nsecret: "${S}"\nsignature: { header: X-Signature }\n';

  it.each([
    [
      `${start}signed: "{timestamp}"\ntimestamp: { header: X-Time }`,
      'error 7:13 sources.it.signed: does not cover the body, so anybody could change what a genuine request says',
    ],
    [
      `${start}timestamp: { header: X-Time }`,
      'error 4:5 sources.it.signed: does not cover the time, so anybody could renew an old request',
    ],
    [`${start}id_header: X-Id`, 'error 4:5 sources.it.signed: does not cover the id'],
    [`${start}signed: "{timestamp}.{body}"`, 'error 7:13 sources.it.signed: covers a time that is not described'],
    [`${start}signed: "{bdy}{body}"`, 'error 7:13 sources.it.signed: {bdy} is nothing that can be signed'],
    [`${start}signed: "{secret}{body}"`, 'error 7:13 sources.it.signed: covers the secret, which is the key already'],
    [
      'type: hash\nsecret: "${S}"\nsignature: { header: X-Signature }',
      'error 4:5 sources.it.signed: does not cover the secret, so anybody could sign',
    ],
  ])('is refused where it stands: %j', (text, problem) => {
    expect(problemsOf(text)).toContain(problem);
    expect(read(text).sources).toEqual([]);
  });

  it('is told with what to do', () => {
    const [problem] = read(`${start}signed: "{timestamp}"\ntimestamp: { header: X-Time }`).problems;
    expect(problem?.hint).toBe('add {body}, as in signed: "{timestamp}.{body}"');
  });
});

describe('what cannot be read', () => {
  const start = 'type: hmac\nsecret: "${S}"\nsignature: { header: X-Signature }\n';

  it.each([
    ['type: hmac\nsecret: "${S}"', 'error 4:5 sources.it.signature: is missing'],
    [
      'type: hmac\nsecret: "${S}"\nsignature: X-Signature',
      'error 6:16 sources.it.signature: must be a block, as in { header: X-Signature }',
    ],
    [
      'type: token\nsecret: "${S}"\nheader: Authorization\nprefix: Bearer',
      'error 7:13 sources.it.prefix: lacks the space between it and the secret',
    ],
    [
      'type: hmac\nsecret: "${S}"\nsignature: { header: "X Y" }',
      'error 6:26 sources.it.signature.header: must be the name of a header',
    ],
    [
      'type: hmac\nsecret: "${S}"\nsignature: { header: X-S, style: key_value }',
      'error 6:16 sources.it.signature.key: is missing',
    ],
    [
      'type: hmac\nsecret: "${S}"\nsignature: { header: X-S, tag: v1 }',
      'error 6:36 sources.it.signature.tag: belongs to the style list',
    ],
    [`${start}secret_encoding: base64`, 'error 5:13 sources.it.secret.0: must be written in base64'],
    [
      'type: ed25519\nsecret: "${S}"\nsignature: { header: X-S }',
      'error 5:13 sources.it.secret.0: must be an Ed25519 public key, in hex, base64 or PEM',
    ],
    ['type: basic\nsecret: "${S}"', 'error 5:13 sources.it.secret.0: must be user:password'],
    [`${start}event_type: =$foo(type)`, 'error 7:17 sources.it.event_type: unknown function $foo'],
    [`${start}event_type: =type.`, 'error 7:17 sources.it.event_type: '],
    [
      `${start}event_type: =$match(type, /a+/)`,
      'error 7:17 sources.it.event_type: has something that only mappings evaluate',
    ],
    [`${start}form_field: payload`, 'error 7:17 sources.it.form_field: belongs to a form'],
    [`${start}algoritm: sha1`, 'error 7:5 unknown key "algoritm" in sources.it'],
    [`${start}algorithm: md5`, 'error 7:16 sources.it.algorithm: '],
    ['type: hmca\nsecret: "${S}"', 'error 4:11 unknown type "hmca"'],
  ])('is told where it stands: %j', (text, problem) => {
    expect(problemsOf(text).filter((told) => told.startsWith(problem))).toHaveLength(1);
  });

  it('never repeats the secret', () => {
    for (const type of ['basic', 'ed25519', 'ecdsa_p256'])
      expect(JSON.stringify(read(`type: ${type}\nsecret: "\${S}"\nsignature: { header: X-S }`).problems)).not.toContain(
        secret,
      );
  });
});

describe('type: secret_url', () => {
  it('is taken, with a warning wherever it stands', () => {
    expect(problemsOf('type: secret_url\nsecret: "${S}"')).toEqual([
      'warning 4:11 source "it" proves nothing: whoever learns its URL can send anything in its name',
    ]);
    const { source, settings } = configuredBy('type: secret_url\nsecret: "${S}"\nquery: key');
    expect(source.isUnsigned).toBe(true);
    const at = (url: string) => source.verify(rawRequest({ url }), settings, now);
    expect(at(`https://x.example/in/it?key=${secret}`)).toEqual({ ok: true });
    expect(at('https://x.example/in/it?key=other')).toEqual({ ok: false, reason: 'bad_signature' });
    expect(at('https://x.example/in/it')).toEqual({ ok: false, reason: 'missing_signature' });
    expect(at(`https://x.example/in/it?key=${secret}&key=${secret}`)).toEqual({
      ok: false,
      reason: 'ambiguous_signature',
    });
  });
});

describe('the other ways of proving oneself', () => {
  it('are standard_webhooks, by its specification', () => {
    const key = Buffer.from('a key of the sender that is long').toString('base64');
    const { source, settings } = configuredBy(`type: standard_webhooks\nsecret: whsec_${key}\nevent_type: =kind`);
    const body = bytes('{"kind":"contact.created"}');
    const request = rawRequest({ body });
    const signed = { ...request, headers: headersOf(source.sign(request, settings.secret[0] ?? '', now)) };
    expect(source.verify(signed, settings, now)).toEqual({ ok: true });
    expect(source.parse({ kind: 'contact.created' }, signed)).toMatchObject({ events: [{ type: 'contact.created' }] });
  });

  it('are a token in a header, with what stands before it', () => {
    const { source, settings } = configuredBy('type: token\nsecret: "${S}"\nheader: Authorization\nprefix: "Bearer "');
    const at = (authorization: string) =>
      source.verify(rawRequest({ headers: { authorization: [authorization] } }), settings, now);
    expect(at(`Bearer ${secret}`)).toEqual({ ok: true });
    expect(at(secret)).toEqual({ ok: false, reason: 'malformed_signature' });
    expect(at(`Bearer ${secret}x`)).toEqual({ ok: false, reason: 'bad_signature' });
  });

  it('are user and password', () => {
    const { source, settings } = configuredBy('type: basic\nsecret: ada:a_long_password');
    const at = (text: string) =>
      source.verify(
        rawRequest({ headers: { authorization: [`Basic ${Buffer.from(text).toString('base64')}`] } }),
        settings,
        now,
      );
    expect(at('ada:a_long_password')).toEqual({ ok: true });
    expect(at('ada:another_password')).toEqual({ ok: false, reason: 'bad_signature' });
  });
});

describe('every word that type: may be', () => {
  it.each(sourceTypes)('%s is a source under its own name', (name) => {
    const source = sourceNamed(name);
    expect(source?.name).toBe(name);
    expect(source?.samples.length).toBeGreaterThan(0);
  });
});
