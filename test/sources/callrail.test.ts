import { describe, expect, it } from 'vitest';
import { callrail } from '../../src/sources/callrail.ts';
import { hmac } from '../../src/sources/verify/digest.ts';
import vectorFile from '../fixtures/sources/callrail/signature-vectors.json' with { type: 'json' };
import { bytes, fixtureBytes, headersOf, now, rawRequest, secret, settingsOf } from './raw-request.ts';

const settings = settingsOf(callrail);

describe('known CallRail signatures', () => {
  it.each(vectorFile.vectors)('$name', ({ secret: key, headers, body, valid }) => {
    const request = rawRequest({ headers: headersOf(headers), body: bytes(body) });
    expect(callrail.verify(request, { ...settings, secret: [key] }, now).ok).toBe(valid);
  });

  it('are signed alike by us', () => {
    const published = vectorFile.vectors.find(({ name }) => name === 'callrail-docs-published');
    const request = rawRequest({ body: fixtureBytes('callrail/post-call.docs-vector.raw.json') });
    expect(callrail.sign(request, published?.secret ?? '', now)).toEqual({ signature: published?.headers.Signature });
  });
});

describe('the Signature header', () => {
  const body = bytes('{}');
  const mac = hmac('sha1', secret, [body]);
  const verify = (signature: string) =>
    callrail.verify(rawRequest({ body, headers: { signature: [signature] } }), settings, now);

  it('is accepted in the one canonical form', () => {
    expect(verify(mac.toString('base64'))).toEqual({ ok: true });
  });

  it.each([
    ['hex', mac.toString('hex')],
    ['no padding', mac.toString('base64').slice(0, -1)],
    ['base64url', Buffer.alloc(20, 0xff).toString('base64url')],
    ['a space inside', `${mac.toString('base64').slice(0, 8)} ${mac.toString('base64').slice(8)}`],
    ['19 bytes', mac.subarray(1).toString('base64')],
    ['21 bytes', Buffer.concat([mac, Buffer.from([0])]).toString('base64')],
    ['a scheme in front', `sha1=${mac.toString('base64')}`],
    ['two signatures', `${mac.toString('base64')},${mac.toString('base64')}`],
  ])('is malformed as %s', (_name, signature) => {
    expect(verify(signature)).toEqual({ ok: false, reason: 'malformed_signature' });
  });
});

describe('CallRail events', () => {
  const parse = (text: string, kind: string | null = 'post_call') => {
    const parsed = callrail.parse(JSON.parse(text), rawRequest({ kind, body: bytes(text) }));
    const [event, ...others] = 'events' in parsed ? parsed.events : [];
    expect(others).toEqual([]);
    return event;
  };
  const call = '{"resource_id":"CAL1","start_time":"2026-10-31T09:00:00.000-05:00","duration":"15"}';

  it('take their type from the URL', () => {
    expect(parse(call, 'sms_received')?.type).toBe('sms_received');
    expect(parse(call, null)?.type).toBe('unknown');
  });

  it('are one per call, kind and exact body', () => {
    const ids = [
      parse(call),
      parse(call, 'updated_call'),
      parse(call, null),
      parse(call.replace('"15"', '"16"')),
      parse(call.replace('CAL1', 'CAL2')),
      parse(`${call} `),
    ].map((event) => event?.externalId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^\["CAL1","post_call","[0-9a-f]{64}"\]$/);
  });

  it.each([
    'null',
    '1',
    '"text"',
    '[]',
    '[{"resource_id":"CAL1"}]',
    '{}',
    '{"resource_id":7}',
    '{"resource_id":"\\u0000"}',
  ])('are kept even as %s', (text) => {
    expect(parse(text)).toEqual({
      type: 'post_call',
      externalId: expect.stringMatching(/^\[null,"post_call","[0-9a-f]{64}"\]$/),
      occurredAt: now,
      item: null,
    });
  });

  it.each([
    ['the start of a call', 'start_time'],
    ['the submission of a form', 'submitted_at'],
    ['the creation', 'created_at'],
    ['the timestamp of a text', 'timestamp'],
  ])('happened at %s', (_name, field) => {
    const event = parse(JSON.stringify({ [field]: '2026-10-31T09:00:00.5-05:00' }));
    expect(event?.occurredAt).toEqual(new Date('2026-10-31T14:00:00.500Z'));
  });

  it('prefer the start to the other times', () => {
    const event = parse(
      '{"timestamp":"2026-10-31T03:00:00Z","created_at":"2026-10-31T02:00:00Z","start_time":"2026-10-31T01:00:00Z"}',
    );
    expect(event?.occurredAt).toEqual(new Date('2026-10-31T01:00:00Z'));
  });

  it.each(['2026-10-31 09:00:00', '2026-10-31T09:00:00', '2026-10-31', '2026-13-31T09:00:00Z', 'yesterday', '', '1e9'])(
    'do not take %j for a moment',
    (time) => {
      expect(parse(JSON.stringify({ start_time: time }))?.occurredAt).toEqual(now);
    },
  );

  it('that modify a call happen on arrival, not when the call began', () => {
    expect(parse(call, 'updated_call')?.occurredAt).toEqual(now);
    expect(parse(call, 'updated_outbound_call')?.occurredAt).toEqual(now);
  });
});
