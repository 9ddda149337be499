import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawRequest, SourceEvent } from '../../src/model/event.ts';
import { parseBody } from '../../src/sources/parse-body.ts';
import { type Sample, type Source, setupSteps } from '../../src/sources/source.ts';
import { bytes, now, rawRequest, secret, settingsOf, signed } from '../sources/raw-request.ts';

/** A genuine body and what is known about it. */
export interface SourceBody {
  readonly name: string;
  readonly kind: string | null;
  readonly body: Uint8Array;
  readonly types: readonly string[];
}

export interface SourceFacts {
  /** How far a signature's time may be off, or null where the scheme signs none. */
  readonly toleranceMs: number | null;
  readonly bodies: readonly SourceBody[];
}

const otherSecret = 'whsec_another_secret_for_tests';
const malformed = ['x', '=', ',', 'é', '\ud800', '0', '-1', '9'.repeat(400), 'A'.repeat(16_000), 'v1=', 't=,v1='];

/** What every sender's file promises, whatever its scheme. */
export function describeSource(source: Source, { toleranceMs, bodies }: SourceFacts): void {
  const settings = settingsOf(source);
  const verify = (request: RawRequest, at: Date = now) => source.verify(request, settings, at);
  const laterBy = (ms: number) => new Date(now.getTime() + ms);
  const sample = bodies[0] ?? { name: 'none', kind: null, body: bytes('{}'), types: [] };
  const request = signed(source, sample);
  const headerNames = Object.keys(request.headers);

  describe(`${source.name}: signature`, () => {
    it.each(bodies)('accepts its own signature of $name', (body) => {
      expect(verify(signed(source, body))).toEqual({ ok: true });
    });

    it('accepts its own signature of any JSON', () => {
      fc.assert(
        fc.property(fc.json({ stringUnit: 'binary' }), fc.webUrl({ withQueryParameters: true }), (json, url) => {
          expect(verify(signed(source, { body: bytes(json), url }))).toEqual({ ok: true });
        }),
      );
    });

    it('accepts the signature of any configured secret, first or last', () => {
      for (const secrets of [
        [secret, otherSecret],
        [otherSecret, secret],
      ]) {
        expect(source.verify(request, settingsOf(source, secrets), now)).toEqual({ ok: true });
      }
    });

    it('refuses another secret, and everything while no secret is set', () => {
      const refused = { ok: false, reason: 'bad_signature' };
      expect(source.verify(request, settingsOf(source, [otherSecret]), now)).toEqual(refused);
      expect(source.verify(request, settingsOf(source, []), now)).toEqual(refused);
    });

    it('refuses a body changed by one byte, one byte longer, one byte shorter, or empty', () => {
      const { body } = request;
      const changed = body.map((byte, at) => (at === body.length >> 1 ? byte ^ 1 : byte));
      for (const other of [changed, bytes(`${Buffer.from(body)}\n`), body.slice(0, -1), bytes('')]) {
        expect(verify({ ...request, body: other })).toEqual({ ok: false, reason: 'bad_signature' });
      }
    });

    it.each(headerNames)('refuses a request without %s, or with an empty one', (name) => {
      const { [name]: _dropped, ...others } = request.headers;
      for (const headers of [others, { ...others, [name]: [] }, { ...others, [name]: [''] }]) {
        expect(verify({ ...request, headers })).toEqual({ ok: false, reason: 'missing_signature' });
      }
    });

    it.each(headerNames)('refuses %s given twice, even with equal values', (name) => {
      const values = request.headers[name] ?? [];
      const headers = { ...request.headers, [name]: [...values, ...values] };
      expect(verify({ ...request, headers })).toEqual({ ok: false, reason: 'ambiguous_signature' });
    });

    it.each(headerNames)('refuses %s in a form it does not have', (name) => {
      const [value = ''] = request.headers[name] ?? [];
      for (const text of [
        ...malformed,
        ` ${value}`,
        `${value} `,
        value.slice(0, -1),
        `${value}0`,
        value.toUpperCase(),
      ]) {
        if (text !== value)
          expect(verify({ ...request, headers: { ...request.headers, [name]: [text] } }).ok).toBe(false);
      }
    });

    if (toleranceMs === null) {
      it('accepts a signature of any age, because it says nothing about time', () => {
        expect(verify(request, laterBy(365 * 86_400_000))).toEqual({ ok: true });
      });
    } else {
      it('accepts a signature exactly at its tolerance, old or early', () => {
        expect(verify(request, laterBy(toleranceMs))).toEqual({ ok: true });
        expect(verify(request, laterBy(-toleranceMs))).toEqual({ ok: true });
      });

      it('refuses a signature past its tolerance, old or early', () => {
        const refused = { ok: false, reason: 'stale_timestamp' };
        expect(verify(request, laterBy(toleranceMs + 1000))).toEqual(refused);
        expect(verify(request, laterBy(-toleranceMs - 1000))).toEqual(refused);
      });

      it('calls a stale signature bad when it is bad as well', () => {
        const stale = { ...request, body: bytes('{}!') };
        expect(verify(stale, laterBy(toleranceMs + 1000))).toEqual({ ok: false, reason: 'bad_signature' });
      });
    }
  });

  describe(`${source.name}: events`, () => {
    it.each(bodies)('finds the events of $name', ({ types, ...parts }) => {
      const events = eventsOf(source, parts);
      expect(events.map(({ type }) => type)).toEqual(types);
      expect(events.filter(({ unusable }) => unusable !== undefined)).toEqual([]);
    });

    it('gives every event its own external id, and the same one whenever it comes again', () => {
      const at = (receivedAt: Date) =>
        bodies.flatMap((body) => eventsOf(source, { ...body, receivedAt })).map(({ externalId }) => externalId);
      const ids = at(now);
      expect(new Set(ids).size).toBe(ids.length);
      expect(at(laterBy(86_400_000))).toEqual(ids);
    });
  });

  it('tells how to connect it, with the address of its endpoint', () => {
    const steps = setupSteps(source, { url: 'https://hooks.example.com/in/it', local: 'localhost:8080/in/it' });
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.join('\n')).toContain('https://hooks.example.com/in/it');
    expect(steps.filter((step) => /<(url|local)>/.test(step))).toEqual([]);
  });

  describe(`${source.name}: samples`, () => {
    const eventsOfSample = ({ kind, body }: Sample, id: string) => {
      const sampleRequest = signed(source, { kind, body: bytes(JSON.stringify(body({ id, now }))) });
      expect(verify(sampleRequest)).toEqual({ ok: true });
      return eventsOf(source, sampleRequest);
    };

    it('have names of their own', () => {
      const names = source.samples.map(({ name }) => name);
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(names.length);
    });

    it.each(source.samples)('$name is one usable event of about now', (one) => {
      const events = eventsOfSample(one, 'first');
      expect(events).toEqual([expect.not.objectContaining({ unusable: expect.anything() })]);
      expect(Math.abs((events[0]?.occurredAt.getTime() ?? 0) - now.getTime())).toBeLessThan(3_600_000);
    });

    it.each(source.samples)('$name is another event for another id, and the same for the same', (one) => {
      const [first, again, second] = ['first', 'first', 'second'].map((id) => eventsOfSample(one, id)[0]?.externalId);
      expect(again).toBe(first);
      expect(second).not.toBe(first);
    });
  });

  describe(`${source.name}: settings`, () => {
    it('takes one secret, a list, or secrets separated by commas', () => {
      expect(settingsOf(source, [` ${secret} ,, ${otherSecret}`, '']).secret).toEqual([secret, otherSecret]);
      expect(source.settings.parse({ type: source.name, secret }).secret).toEqual([secret]);
    });

    it('takes unset variables for "off"', () => {
      const parsed = source.settings.parse({ type: source.name, secret: '', public_url: '' });
      expect(parsed.secret).toEqual([]);
      expect(parsed.public_url).toBeUndefined();
    });

    it('refuses a short secret without repeating it', () => {
      const { error } = source.settings.safeParse({ type: source.name, secret: [secret, 'fifteen_letters'] });
      expect(error?.issues).toMatchObject([
        { path: ['secret', 1], message: 'a secret must have at least 16 characters' },
      ]);
      expect(JSON.stringify(error)).not.toContain('fifteen_letters');
    });

    it.each([{ type: 'other' }, { secret: 1 }, { secret: null }, { public_url: 'hooks.example.com' }, { typo: true }])(
      'refuses %j',
      (change) => {
        expect(source.settings.safeParse({ type: source.name, secret, ...change }).success).toBe(false);
      },
    );
  });
}

function eventsOf(source: Source, parts: Partial<RawRequest>): readonly SourceEvent[] {
  const request = rawRequest(parts);
  const body = parseBody(request.body);
  if (!('json' in body)) return expect.unreachable(body.unusable.message);
  const parsed = source.parse(body.json, request);
  return 'events' in parsed ? parsed.events : expect.unreachable(parsed.unusable.message);
}
