import { createPrivateKey, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSender } from '../../src/delivery/send.ts';
import type { RawRequest } from '../../src/model/event.ts';
import { askBy, Certificates } from '../../src/pipeline/certificates.ts';
import { paypal } from '../../src/sources/paypal/paypal.ts';
import type { ConfiguredSource, Verification } from '../../src/sources/source.ts';
import { bytes, fixtureBytes, headersOf, now, rawRequest } from './raw-request.ts';

const pem = (name: string): string => Buffer.from(fixtureBytes(`paypal/${name}.pem`)).toString();

const webhookId = '1JE4291016473214C';
const certUrl = 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270';
const body = bytes(JSON.stringify({ id: 'WH-1', event_type: 'PAYMENT.CAPTURE.COMPLETED', note: 'Zoë' }));

interface Sent {
  readonly at?: Date;
  readonly url?: string;
  readonly key?: string;
  readonly body?: Uint8Array;
  readonly id?: string;
}

/** As PayPal signs it: with the key of the certificate, over the checksum of the body. */
function transmission({
  at = now,
  url = certUrl,
  key = 'key',
  body: sent = body,
  id = webhookId,
}: Sent = {}): RawRequest {
  const time = at.toISOString().replace('.000', '');
  const signed = `69cd13f0-d67a-11e5-baa3-778b53f4ae55|${time}|${id}|${crc32(sent)}`;
  const signature = sign('sha256', bytes(signed), createPrivateKey(pem(key))).toString('base64');
  const headers = headersOf({
    'PayPal-Transmission-Id': '69cd13f0-d67a-11e5-baa3-778b53f4ae55',
    'PayPal-Transmission-Time': time,
    'PayPal-Transmission-Sig': signature,
    'PayPal-Auth-Algo': 'SHA256withRSA',
    'PayPal-Cert-Url': url,
  });
  return rawRequest({ body: sent, headers });
}

const source = (settings: object = {}): ConfiguredSource => ({
  ...{ name: 'paypal', source: paypal, off: null, apiOff: null },
  settings: paypal.settings.parse({ type: 'paypal', secret: webhookId, ...settings }),
});

interface Served {
  readonly certificates: Certificates;
  readonly asked: string[];
  advance(ms: number): void;
}

/** PayPal's API as a stand-in on this machine, reached in its place; everything else is as it is. */
async function served(answer: (path: string) => { status: number; text: string; location?: string }): Promise<Served> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.url));
    const { status, text, location } = answer(String(request.url));
    response.writeHead(status, location === undefined ? {} : { location }).end(text);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const sender = createSender();
  onTestFinished(() => {
    sender.close();
    server.close();
  });
  let at = now;
  const ask = askBy({
    send: ({ url, headers }, limits) =>
      sender.send(
        { method: 'GET', url: url.replace(/^https:\/\/[^/]+/, `http://127.0.0.1:${port}`), headers },
        { ...limits, allowPrivateAddress: true },
      ),
  });
  return {
    certificates: new Certificates({ ask, clock: { now: () => at }, roots: [pem('root')] }),
    asked,
    advance: (ms) => {
      at = new Date(at.getTime() + ms);
    },
  };
}

const withFile = (name: string) => served(() => ({ status: 200, text: pem(name) }));

const ok = { ok: true };
const refused = (reason: string): Verification => ({ ok: false, reason }) as Verification;

describe('a transmission of PayPal', () => {
  it('verifies by the certificate that it names, which is asked for once', async () => {
    const { certificates, asked } = await withFile('valid');
    const both = await Promise.all([
      certificates.verify(transmission(), source()),
      certificates.verify(transmission(), source()),
    ]);
    expect([...both, await certificates.verify(transmission(), source())]).toEqual([ok, ok, ok]);
    expect(asked).toEqual(['/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270']);
  });

  it('is asked for again after a day', async () => {
    const { certificates, asked, advance } = await withFile('valid');
    await certificates.verify(transmission(), source());
    advance(86_400_000 + 1);
    expect(await certificates.verify(transmission(), source())).toEqual(ok);
    expect(asked).toHaveLength(2);
  });

  it('verifies with any of several webhook ids, and with no other', async () => {
    const { certificates } = await withFile('valid');
    const other = '9XX4291016473214D';
    expect(await certificates.verify(transmission(), source({ secret: [other, webhookId] }))).toEqual(ok);
    expect(await certificates.verify(transmission(), source({ secret: other }))).toEqual(refused('bad_signature'));
    expect(await certificates.verify(transmission(), source({ secret: '' }))).toEqual(refused('bad_signature'));
  });

  it('is refused when any bit of its body or its signature is another', async () => {
    const { certificates } = await withFile('valid');
    const genuine = transmission();
    const flipped = [...body].flatMap((_, place) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => body.map((byte, at) => (at === place ? byte ^ (1 << bit) : byte))),
    );
    for (const other of flipped)
      expect((await certificates.verify({ ...genuine, body: other }, source())).ok).toBe(false);
    const signature = `${genuine.headers['paypal-transmission-sig']?.[0]}`;
    for (const [place] of [...signature].entries()) {
      const other = `${signature.slice(0, place)}${signature[place] === 'A' ? 'B' : 'A'}${signature.slice(place + 1)}`;
      const headers = { ...genuine.headers, 'paypal-transmission-sig': [other] };
      expect((await certificates.verify({ ...genuine, headers }, source())).ok).toBe(false);
    }
  });

  it.each(
    ['id', 'time', 'sig'].map((part) => `paypal-transmission-${part}`).concat('paypal-auth-algo', 'paypal-cert-url'),
  )('is refused without %s, with an empty one and with two', async (name) => {
    const { certificates } = await withFile('valid');
    const genuine = transmission();
    const { [name]: values = [], ...others } = genuine.headers;
    const verdict = (changed: readonly string[]) =>
      certificates.verify({ ...genuine, headers: { ...others, [name]: changed } }, source());
    expect(await verdict([])).toEqual(refused('missing_signature'));
    expect(await verdict([''])).toEqual(refused('missing_signature'));
    expect(await verdict([...values, ...values])).toEqual(refused('ambiguous_signature'));
    expect((await verdict(['x'])).ok).toBe(false);
  });

  it('is taken for the three days in which PayPal repeats it, and neither later nor early', async () => {
    const { certificates } = await withFile('valid');
    const at = (ms: number) => certificates.verify(transmission({ at: new Date(now.getTime() + ms) }), source());
    expect(await at(-3 * 86_400_000)).toEqual(ok);
    expect(await at(-5 * 86_400_000)).toEqual(refused('stale_timestamp'));
    expect(await at(300_000)).toEqual(ok);
    expect(await at(301_000)).toEqual(refused('stale_timestamp'));
  });

  it('proves nothing where nobody can ask for certificates', () => {
    const { source: alone, settings } = source();
    expect(alone.verify(transmission(), settings, now)).toEqual(refused('bad_signature'));
  });
});

describe('the address of a certificate', () => {
  it.each([
    'http://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com.example.com/v1/notifications/certs/CERT-1',
    'https://example.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com@example.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com:8443/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/../../x/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/CERT-1?x=https://example.com',
    'https://api.paypal.com/v1/notifications/certs/CERT-1#x',
    'https://API.PAYPAL.COM/v1/notifications/certs/CERT-1',
    'https://www.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1',
    'https://127.0.0.1/v1/notifications/certs/CERT-1',
    'file:///etc/passwd',
  ])('is PayPal’s own or nobody is asked: %s', async (url) => {
    const { certificates, asked } = await withFile('valid');
    expect(await certificates.verify(transmission({ url }), source())).toEqual(refused('malformed_signature'));
    expect(asked).toEqual([]);
  });

  it('is the sandbox’s own where its events are wanted, and then PayPal itself is not asked', async () => {
    const { certificates, asked } = await withFile('valid');
    const sandbox = source({ environment: 'sandbox' });
    expect(await certificates.verify(transmission(), sandbox)).toEqual(refused('malformed_signature'));
    const url = 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1';
    // The certificate of PayPal itself is not made out to its sandbox.
    expect(await certificates.verify(transmission({ url }), sandbox)).toEqual(refused('bad_signature'));
    expect(asked).toHaveLength(1);
  });
});

describe('a certificate', () => {
  it.each(['expired', 'other-name', 'without-issuer', 'issued-by-a-site', 'root'])(
    'that is %s proves nothing',
    async (name) => {
      const { certificates } = await withFile(name);
      expect(await certificates.verify(transmission(), source())).toEqual(refused('bad_signature'));
    },
  );

  it.each(['self-signed', 'stranger-first'])('of a stranger proves nothing of theirs: %s', async (name) => {
    const { certificates } = await withFile(name);
    const forged = transmission({ key: 'stranger-key' });
    expect(await certificates.verify(forged, source())).toEqual(refused('bad_signature'));
  });

  it.each([
    { status: 404, text: 'no such certificate' },
    { status: 200, text: '' },
    { status: 200, text: `${' '.repeat(65 * 1024)}${pem('valid')}` },
    { status: 200, text: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
    { status: 302, text: '', location: 'https://example.com/certificate' },
  ])(
    'that is none, or behind more than a certificate file has, proves nothing and is not asked for again at once: $status',
    async (answer) => {
      const { certificates, asked, advance } = await served(() => answer);
      for (let count = 0; count < 3; count += 1)
        expect(await certificates.verify(transmission(), source())).toEqual(refused('bad_signature'));
      expect(asked).toHaveLength(1);
      advance(60_001);
      await certificates.verify(transmission(), source());
      expect(asked).toHaveLength(2);
    },
  );

  it.each([
    { status: 503, text: 'later' },
    { status: 429, text: 'slow down' },
  ])('that cannot be had now sends the sender away for a while: $status', async (answer) => {
    const { certificates } = await served(() => answer);
    await expect(certificates.verify(transmission(), source())).rejects.toMatchObject({
      code: 'CERTIFICATE_UNAVAILABLE',
      status: 503,
    });
  });

  it('is kept however many others are named', async () => {
    const { certificates, asked } = await served((path) =>
      path.endsWith('CERT-360caa42-fca2a594-1d93a270')
        ? { status: 200, text: pem('valid') }
        : { status: 404, text: 'none' },
    );
    await certificates.verify(transmission(), source());
    for (let count = 0; count < 100; count += 1) {
      const url = `https://api.paypal.com/v1/notifications/certs/CERT-${count}`;
      await certificates.verify(transmission({ url }), source());
    }
    asked.length = 0;
    expect(await certificates.verify(transmission(), source())).toEqual(ok);
    expect(asked).toEqual([]);
  });

  it('is asked for four at a time, and others are sent away for a while', async () => {
    const held: (() => void)[] = [];
    const ask = () => new Promise<undefined>((resolve) => held.push(() => resolve(undefined)));
    const certificates = new Certificates({ ask, clock: { now: () => now }, roots: [pem('root')] });
    const verdicts = [1, 2, 3, 4, 5].map((count) =>
      certificates.verify(
        transmission({ url: `https://api.paypal.com/v1/notifications/certs/CERT-${count}` }),
        source(),
      ),
    );
    await expect(verdicts[4]).rejects.toMatchObject({ code: 'CERTIFICATE_UNAVAILABLE' });
    for (const release of held) release();
    expect(await Promise.all(verdicts.slice(0, 4))).toEqual(Array(4).fill(refused('bad_signature')));
  });
});

describe('an event of PayPal', () => {
  const parse = (json: object) => paypal.parse(json as never, transmission());

  it('has the id, the type and the time that PayPal gives it', () => {
    const create_time = '2026-10-31T10:00:00.000Z';
    expect(parse({ id: 'WH-1', event_type: 'PAYMENT.SALE.COMPLETED', create_time })).toEqual({
      events: [{ type: 'PAYMENT.SALE.COMPLETED', externalId: 'WH-1', occurredAt: new Date(create_time), item: null }],
    });
  });

  it.each([{}, { id: 'WH-1' }, { event_type: 'X' }])('that lacks its id or its type is none: %j', (json) => {
    expect(parse(json)).toMatchObject({ unusable: { reason: 'not_an_event' } });
  });

  it.each(paypal.samples)('is what the sample $name is', ({ name, body: sample }) => {
    const found = parse(sample({ id: 'first', now }) as object);
    expect(found).toMatchObject({ events: [{ type: name, occurredAt: now }] });
    expect(paypal.eventTypes).toContain(name);
  });

  it('cannot be signed by anybody else', () => {
    expect(() => paypal.sign(transmission(), webhookId, now)).toThrow('only PayPal can sign');
  });
});
