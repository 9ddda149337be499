import fc from 'fast-check';
import { isbot } from 'isbot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CommonSettings, Destination, HttpDestination, Translated } from '../../src/destinations/destination.ts';
import { valueAt } from '../../src/mapping/perturbation.ts';
import { complete } from '../../src/mapping/steps.ts';
import { translation } from '../../src/mapping/translation.ts';
import { type CanonicalEvent, canonicalTypes } from '../../src/model/canonical-event.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { stripNulls } from '../../src/model/strip-nulls.ts';
import { canonicalEventOf, canonicalEvents, jsonObjects } from '../support/canonical-events.ts';

export interface DestinationFacts {
  /** Where the vendor looks to recognise a copy; absent where it never does. */
  readonly dedupesOn?: string;
  /** A 200 that means stored. */
  readonly accepted: string;
  /** The vendor documents that it takes its secret in the URL. */
  readonly secretInUrl?: boolean;
  /** What of a payload is the request's body; absent: all of it. */
  readonly bodyIn?: (payload: string) => string;
}

const outgoingId = '0d9fbc0c-6a0e-8a0f-9d5e-3f4b6a7c8d9e';

/** What every destination keeps to, whatever its vendor wants. */
export function describeDestination(destination: Destination, facts: DestinationFacts): void {
  describe(`the ${destination.name} destination`, () => {
    describeSettings(destination);
    describeTranslation(destination, facts);
    if (destination.transport === 'http') describeRequests(destination, facts);
  });
}

function describeSettings({ settings, sample, secrets, required, name }: Destination): void {
  it('takes its own sample settings and gives them back unchanged', () => {
    expect(settings.parse(sample)).toEqual(sample);
    expect(sample.type).toBe(name);
    expect(Object.keys(sample)).toEqual(expect.arrayContaining([...secrets, ...required]));
  });

  it('takes an unset variable, which is an empty text, for every setting it cannot do without', () => {
    const unset = Object.fromEntries(required.map((key) => [key, '']));
    expect(settings.safeParse({ ...sample, ...unset }).error).toBeUndefined();
  });

  it('refuses a setting it does not know', () => {
    expect(settings.safeParse({ ...sample, tokn: 'x' }).success).toBe(false);
  });
}

/** As the evaluator does it: with the expressions evaluated, where the translation is a template. */
async function translatedBy(
  destination: Destination,
  event: CanonicalEvent,
  settings = destination.sample,
): Promise<Translated> {
  const target = { destination, settings };
  const known = () => ({ vars: {}, meta: {} });
  const scope = { name: destination.name, target, event, outgoingId, item: null, known, interprets: false };
  const translated = await complete(translation(scope));
  if (translated === undefined || 'skipped' in translated) return translated ?? { skipped: 'there is no event' };
  return { ...translated, payload: stripNulls(translated.payload, destination.keepNullUnder) };
}

function describeTranslation(destination: Destination, { dedupesOn }: DestinationFacts): void {
  const { keepNullUnder } = destination;
  const translated = (event: CanonicalEvent, settings = destination.sample) =>
    translatedBy(destination, event, settings);

  it.each(canonicalTypes)('turns a %s event into a payload that may be sent, or says why it has none', async (type) => {
    const result = await translated(canonicalEventOf(type));
    if ('skipped' in result) return expect(result.skipped).toMatch(/\w+ \w+/);
    expect(destination.check(result.payload)).toEqual([]);
    if (dedupesOn !== undefined) expect(valueAt(result.payload, dedupesOn.split('.'))).toBe(outgoingId);
  });

  it.each(canonicalTypes)('needs no secret to translate a %s event', async (type) => {
    const event = canonicalEventOf(type);
    const result = await translated(event);
    expect(await translated(event, withoutSecrets(destination))).toEqual(result);
    for (const secret of secretsOf(destination)) expect(JSON.stringify(result)).not.toContain(secret);
  });

  it('translates whatever a mapping yields into plain JSON, with null only where it removes something', async () => {
    const property = fc.asyncProperty(canonicalEvents, async (event) => {
      const result = await translated(event);
      if ('skipped' in result) return;
      const sent = JSON.stringify(result.payload);
      expect(JSON.stringify(stripNulls(JSON.parse(sent), keepNullUnder))).toBe(sent);
    });
    await fc.assert(property);
  });

  it('finds fault with anything a person can write, and never fails on it', () => {
    const property = fc.property(jsonObjects, (payload) => {
      for (const { message } of destination.check(payload)) expect(message).toMatch(/\S/);
    });
    fc.assert(property);
  });
}

function describeRequests(
  destination: HttpDestination,
  { accepted, secretInUrl = false, bodyIn = (payload) => payload }: DestinationFacts,
): void {
  const { sample, batch } = destination;
  let texts: readonly string[] = [];
  beforeAll(async () => {
    const results = await Promise.all(canonicalTypes.map((type) => translatedBy(destination, canonicalEventOf(type))));
    texts = results.flatMap((result) => ('skipped' in result ? [] : [JSON.stringify(result.payload)]));
    expect(texts).not.toEqual([]);
  });

  it('sends the text of one payload byte for byte, and the same request every time', () => {
    for (const text of texts) {
      const request = destination.request([text], sample);
      expect(request.body).toBe(bodyIn(text));
      expect(destination.request([text], sample)).toEqual(request);
    }
  });

  it('posts JSON under a User-Agent that no bot list knows', () => {
    for (const text of texts) {
      const { method, headers } = destination.request([text], sample);
      expect(method).toBe('POST');
      expect(headers['content-type']).toBe('application/json');
      expect(isbot(headers['user-agent'])).toBe(false);
      expect(Object.keys(headers)).toEqual(Object.keys(headers).map((header) => header.toLowerCase()));
    }
  });

  it('keeps the path prefix of its base URL and adds the path of the vendor', () => {
    const settings = destination.settings.parse({ ...sample, url: 'https://proxy.example.com/in/front/' });
    for (const text of texts) {
      expect(destination.request([text], settings).url).toMatch(/^https:\/\/proxy\.example\.com\/in\/front\/\w/);
    }
  });

  it(
    secretInUrl ? 'puts its secret into the URL, where the vendor wants it' : 'keeps its secrets out of the URL',
    () => {
      for (const text of texts) {
        const { url } = destination.request([text], sample);
        for (const secret of secretsOf(destination)) expect(url.includes(secret)).toBe(secretInUrl);
      }
    },
  );

  it('carries every payload of a full request unchanged', () => {
    const several = batch === undefined ? texts.slice(0, 1) : texts;
    const { body } = destination.request(several, sample);
    for (const text of several) expect(body).toContain(bodyIn(text));
    expect(() => JSON.parse(body)).not.toThrow();
  });

  it('takes the answer of success for success', () => {
    const answer = { status: 200, headers: {}, body: accepted };
    const verdict = destination.read(answer, texts.slice(0, 1), sample);
    expect(verdict ?? { kind: 'delivered' }).toEqual({ kind: 'delivered' });
  });

  it('calls a 401 a matter of credentials, in words that repeat no secret', () => {
    const [secret = 'none'] = secretsOf(destination);
    const answer = { status: 401, headers: {}, body: `${'x'.repeat(150)} unknown ${secret} ${'x'.repeat(400)}` };
    const verdict = destination.read(answer, texts.slice(0, 1), sample);
    if (verdict === undefined) return;
    expect(verdict).toMatchObject({ kind: 'retry', reason: 'unauthorized', lane: 'credentials' });
    expect(JSON.stringify(verdict)).not.toContain(secret);
  });

  it.each([302, 408, 429, 502, 503, 504])('leaves a %i to the rules that hold everywhere', (status) => {
    expect(destination.read({ status, headers: {}, body: '' }, texts.slice(0, 1), sample)).toBeUndefined();
  });

  it('reads any answer at all without failing, in messages a table can hold', () => {
    const answers = fc.record({
      status: fc.integer({ min: 200, max: 599 }),
      headers: fc.constant({}),
      body: fc.oneof(
        fc.string(),
        fc.json(),
        fc
          .dictionary(fc.constantFrom('error', 'errors', 'message', 'ok', 'accepted', 'meta'), fc.jsonValue())
          .map((body) => JSON.stringify(body)),
      ),
    });
    const property = fc.property(answers, (answer) => {
      const verdicts = destination.read(answer, texts.slice(0, 1), sample) ?? [];
      for (const verdict of [verdicts].flat()) {
        if (verdict.kind !== 'delivered') expect(verdict.message.length).toBeLessThanOrEqual(300);
      }
    });
    fc.assert(property);
  });
}

const secretsOf = ({ secrets, sample }: Destination): readonly string[] =>
  secrets.map((key) => String(Reflect.get(sample, key))).filter((secret) => secret !== '');

function withoutSecrets({ secrets, sample }: Destination): CommonSettings {
  const known = Object.entries(sample) as readonly (readonly [string, Json])[];
  return Object.fromEntries(known.filter(([key]) => !secrets.includes(key))) as JsonObject as unknown as CommonSettings;
}
