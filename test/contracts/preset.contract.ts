import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RawRequest, SourceEvent } from '../../src/model/event.ts';
import type { Json } from '../../src/model/json.ts';
import { parseBody } from '../../src/sources/parse-body.ts';
import type { PresetFile } from '../../src/sources/preset/preset-file.ts';
import { unsignedHeaders } from '../../src/sources/preset/unsigned-headers.ts';
import { refusals, type Source, type SourceSettings, setupSteps } from '../../src/sources/source.ts';
import type { Descriptor } from '../../src/sources/verify/descriptor.ts';
import { type Credentials, credentialsFor, independentlySigned } from '../sources/independent-signer.ts';
import { bytes, headersOf, now, rawRequest } from '../sources/raw-request.ts';

const fixtureFile = z.strictObject({
  origin: z.string().min(1),
  bodies: z
    .array(
      z.strictObject({
        name: z.string(),
        kind: z.string().nullable(),
        headers: z.record(z.string(), z.string()),
        body: z.json().optional(),
        raw: z.string().optional(),
        types: z.array(z.string()).min(1),
      }),
    )
    .min(1),
  vectors: z.array(
    z.strictObject({
      name: z.string(),
      origin: z.string(),
      secret: z.string(),
      method: z.string().default('POST'),
      url: z.url().optional(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
      at: z.iso.datetime(),
      expect: z.enum(['ok', ...refusals]),
    }),
  ),
});

type Vector = z.output<typeof fixtureFile>['vectors'][number];

const fixtureOf = (name: string) =>
  fixtureFile.parse(
    JSON.parse(readFileSync(new URL(`../fixtures/sources/presets/${name}.json`, import.meta.url), 'utf8')),
  );

/** What each preset promises, found by itself: its data, its fixture, and every way of forging its requests. */
export function describePreset(name: string, source: Source, preset: PresetFile): void {
  const fixture = fixtureOf(name);
  const { verify: descriptor } = preset;
  const url = `https://hooks.example.com/in/${name}`;
  const settingsWith = (secrets: readonly string[]): SourceSettings => ({ type: name, secret: secrets });
  const ok = { ok: true };

  describe(`${name}: known answers`, () => {
    it.each(fixture.vectors)('$name: $expect', (vector) => {
      expect(verdict(vector)).toBe(vector.expect);
    });

    const genuine = fixture.vectors.filter((vector) => vector.expect === 'ok');
    it('has at least one, of its vendor or of code of its own', () => {
      expect(genuine.length).toBeGreaterThan(0);
    });

    it.each(genuine)('$name: refused once forged', (vector) => {
      expect(forgeries(descriptor, requestOf(vector)).filter((request) => acceptedAs(request, vector))).toEqual([]);
    });

    it.each(genuine)('$name: refused without, with an empty and with a doubled header', (vector) => {
      const request = requestOf(vector);
      for (const header of provingHeaders(descriptor)) {
        const { [header]: values = [], ...others } = request.headers;
        const reason = (changed: readonly string[] | undefined) =>
          source.verify(
            { ...request, headers: changed === undefined ? others : { ...others, [header]: changed } },
            settingsWith([vector.secret]),
            new Date(vector.at),
          );
        for (const changed of [undefined, [], ['']])
          expect(reason(changed)).toEqual({ ok: false, reason: 'missing_signature' });
        expect(reason([...values, ...values])).toEqual({ ok: false, reason: 'ambiguous_signature' });
      }
    });

    it.each(genuine)('$name: refused with another secret', (vector) => {
      const other = credentialsFor(descriptor, 'other').configured;
      expect(source.verify(requestOf(vector), settingsWith([other]), new Date(vector.at))).toEqual({
        ok: false,
        reason: 'bad_signature',
      });
      expect(source.verify(requestOf(vector), settingsWith([other, vector.secret]), new Date(vector.at))).toEqual(ok);
      expect(source.verify(requestOf(vector), settingsWith([]), new Date(vector.at)).ok).toBe(false);
    });

    function verdict(vector: Vector): string {
      const verification = source.verify(requestOf(vector), settingsWith([vector.secret]), new Date(vector.at));
      return verification.ok ? 'ok' : verification.reason;
    }

    const acceptedAs = (request: RawRequest, { secret, at }: Vector): boolean =>
      source.verify(request, settingsWith([secret]), new Date(at)).ok;

    const requestOf = (vector: Vector): RawRequest =>
      rawRequest({
        method: vector.method,
        url: vector.url ?? url,
        headers: headersOf(vector.headers),
        body: bytes(vector.body),
        receivedAt: new Date(vector.at),
      });
  });

  describe(`${name}: requests of its sender`, () => {
    const credentials = credentialsFor(descriptor, 'first');
    const settings = settingsWith([credentials.configured]);
    const requestWith = (body: (typeof fixture.bodies)[number], at: Date, using: Credentials = credentials) => {
      const text = body.raw ?? wireBody(source, (body.body ?? null) as Json);
      const request = independentlySigned(descriptor, using, { body: bytes(text), url, at });
      return { ...request, kind: body.kind, headers: { ...headersOf(body.headers), ...request.headers } };
    };

    it.each(fixture.bodies)('$name verifies and holds its events', (body) => {
      const request = requestWith(body, now);
      expect(source.verify(request, settings, now)).toEqual(ok);
      const events = eventsOf(source, request);
      expect(events.map(({ type }) => type)).toEqual(body.types);
      expect(events.filter(({ unusable }) => unusable !== undefined)).toEqual([]);
    });

    it.each(fixture.bodies)('$name is the same events whenever it comes again within its minute', (body) => {
      const idsAt = (at: Date) =>
        eventsOf(source, { ...requestWith(body, now), receivedAt: at }).map(({ externalId }) => externalId);
      const ids = idsAt(now);
      expect(new Set(ids).size).toBe(ids.length);
      expect(idsAt(new Date(now.getTime() + 30_000))).toEqual(ids);
    });

    const unsigned = unsignedHeaders(preset);
    it('tells of every header that tells its events apart and could be changed', () => {
      const told = new Set(unsigned?.names);
      const found = fixture.bodies.flatMap((body) => changeable(body, eventsOf));
      expect(found.filter((header) => !told.has(header))).toEqual([]);
    });

    it.each(unsigned === undefined ? [] : [unsigned.signedId])(
      'can know its events by what is signed: %s',
      (signedId) => {
        const bound = source.bind?.({ ...settings, event_id: signedId } as SourceSettings) ?? source;
        const idsOf = (_: Source, request: RawRequest) =>
          eventsOf(bound, request).map(({ externalId }) => ({ externalId, type: '' }));
        const ofType = headersNamed(preset.event_type);
        for (const body of fixture.bodies)
          expect(changeable(body, idsOf).filter((header) => !ofType.includes(header))).toEqual([]);
      },
    );

    /** The sender's own headers that change what `read` makes of a genuine request, which stays genuine without them. */
    function changeable(
      body: (typeof fixture.bodies)[number],
      read: (source: Source, request: RawRequest) => readonly Pick<SourceEvent, 'type' | 'externalId'>[],
    ): readonly string[] {
      if (!('signature' in descriptor)) return [];
      const request = requestWith(body, now);
      const tellingOf = (of: RawRequest) => read(source, of).map(({ type, externalId }) => [type, externalId]);
      return Object.keys(headersOf(body.headers)).filter((header) => {
        const changed = { ...request, headers: { ...request.headers, [header]: ['another'] } };
        return (
          source.verify(changed, settings, now).ok &&
          JSON.stringify(tellingOf(changed)) !== JSON.stringify(tellingOf(request))
        );
      });
    }

    const tolerance = 'timestamp' in descriptor ? descriptor.timestamp : undefined;
    it.each(tolerance === undefined ? [] : [tolerance])(
      'are refused once stale, and when they come from the future',
      (time) => {
        const [body] = fixture.bodies;
        const request = body === undefined ? expect.unreachable() : requestWith(body, now);
        const later = (seconds: number) => source.verify(request, settings, new Date(now.getTime() + seconds * 1000));
        const { tolerance_s: past, future_tolerance_s: future = past } = time;
        expect([later(past), later(-future)]).toEqual([ok, ok]);
        const stale = { ok: false, reason: 'stale_timestamp' };
        expect([later(past + 1), later(-future - 1)]).toEqual([stale, stale]);
      },
    );

    it('keep none of what would let their reader send another one', () => {
      const [body] = fixture.bodies;
      const request = body === undefined ? expect.unreachable() : requestWith(body, now);
      const kept = source.withoutSecrets?.(request) ?? request;
      const tells = [...Object.values(kept.headers).flat(), kept.url].join('\n');
      const secret = credentials.configured;
      for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
        expect(tells).not.toContain(spelling);
    });
  });

  describe(`${name}: data`, () => {
    it('tells how to connect it, with the address of its endpoint', () => {
      const steps = setupSteps(source, { url, local: `localhost:8080/in/${name}` });
      expect(steps.join('\n')).toContain(url);
      expect(steps.filter((step) => /<(url|local)>/.test(step))).toEqual([]);
      expect(steps.join('\n')).toContain(preset.secret.variable);
    });

    it('has samples of their own names, each its own usable event of about now', () => {
      const names = source.samples.map((sample) => sample.name);
      expect(new Set(names).size).toBe(names.length);
      const credentials = credentialsFor(descriptor, 'sample');
      for (const sample of source.samples) {
        const sent = (id: string) => {
          const body = bytes(wireBody(source, sample.body({ id, now })));
          const request = independentlySigned(descriptor, credentials, { body, url, at: now });
          const headers = { ...headersOf(sample.headers?.({ id, now }) ?? {}), ...request.headers };
          return eventsOf(source, { ...request, kind: sample.kind, headers: withId(descriptor, headers, id) });
        };
        const [first, again, second] = [sent('first'), sent('first'), sent('second')];
        expect(first).toHaveLength(1);
        expect(first[0]).not.toHaveProperty('unusable');
        expect(first[0]?.type).not.toBe('unknown');
        expect(Math.abs((first[0]?.occurredAt.getTime() ?? 0) - now.getTime())).toBeLessThan(3_600_000);
        expect(again[0]?.externalId).toBe(first[0]?.externalId);
        expect(second[0]?.externalId).not.toBe(first[0]?.externalId);
      }
    });
  });
}

const headersNamed = (expression = ''): readonly string[] =>
  Array.from(expression.matchAll(/\$headers\.`?([\w-]+)/g), ([, name = '']) => name);

/** Where the id of an event is that of its request, another event has another one. */
function withId(descriptor: Descriptor, headers: RawRequest['headers'], id: string): RawRequest['headers'] {
  const header = 'id_header' in descriptor ? descriptor.id_header : undefined;
  return header === undefined ? headers : { ...headers, [header]: [id] };
}

const wireBody = (source: Source, body: Json): string => source.writeBody?.(body).text ?? JSON.stringify(body);

function eventsOf(source: Source, request: RawRequest) {
  const body = source.readBody?.(request.body) ?? parseBody(request.body);
  if (!('json' in body)) return expect.unreachable(body.unusable.message);
  const parsed = source.parse(body.json, request);
  return 'events' in parsed ? parsed.events : expect.unreachable(parsed.unusable.message);
}

/** The headers without which a request proves nothing. */
function provingHeaders(descriptor: Descriptor): readonly string[] {
  switch (descriptor.method) {
    case 'token':
      return [descriptor.header];
    case 'basic':
      return ['authorization'];
    case 'secret_url':
      return [];
    case 'hmac':
    case 'hash':
    case 'ed25519':
    case 'ecdsa_p256': {
      const { signature, timestamp, id_header } = descriptor;
      const header = signature.numbered ? `${signature.header}1` : signature.header;
      return [header, timestamp?.header, id_header].filter((one) => one !== undefined);
    }
  }
}

/** Every flip of one bit in what proves a request, and in its body where the sender signs that. */
function forgeries(descriptor: Descriptor, request: RawRequest): readonly RawRequest[] {
  const headers = provingHeaders(descriptor).flatMap((name) =>
    flips(bytes(request.headers[name]?.[0] ?? '')).map((value) => ({
      ...request,
      headers: { ...request.headers, [name]: [Buffer.from(value).toString('latin1')] },
    })),
  );
  if (descriptor.method === 'secret_url') {
    const start = request.url.indexOf('?');
    return flips(bytes(request.url.slice(start + 1))).map((query) => ({
      ...request,
      url: `${request.url.slice(0, start + 1)}${Buffer.from(query).toString('latin1')}`,
    }));
  }
  const bodies = 'signed' in descriptor ? flips(request.body).map((body) => ({ ...request, body })) : [];
  return [...headers, ...bodies];
}

/** Not all of a long text, but its beginning, its end and places all over it. */
function flips(text: Uint8Array): readonly Uint8Array[] {
  const step = Math.max(1, Math.floor(text.length / 64));
  return Array.from(text).flatMap((_, at) =>
    at % step === 0 || at < 8 || at >= text.length - 8
      ? Array.from({ length: 8 }, (__, bit) => text.map((byte, place) => (place === at ? byte ^ (1 << bit) : byte)))
      : [],
  );
}
