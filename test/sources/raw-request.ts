import { readFileSync } from 'node:fs';
import type { RawRequest } from '../../src/model/event.ts';
import type { Json } from '../../src/model/json.ts';
import type { Source, SourceSettings } from '../../src/sources/source.ts';

export const now = new Date('2026-11-01T12:00:00.000Z');
export const secret = 'whsec_a_secret_for_tests';

/** A request as the receiver hands it on, with the parts that matter to a test. */
export const rawRequest = (parts: Partial<RawRequest> = {}): RawRequest => ({
  method: 'POST',
  url: 'https://hooks.example.com/in/test',
  kind: null,
  headers: {},
  body: bytes(''),
  receivedAt: now,
  ...parts,
});

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One value per header, under lower-case names. */
export const headersOf = (headers: Readonly<Record<string, string>>): RawRequest['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));

export function settingsOf<S extends SourceSettings>(source: Source<S>, secrets: readonly string[] = [secret]): S {
  return source.settings.parse({ type: source.name, secret: secrets });
}

/** The request with the headers its source would have signed it with. */
export function signed(source: Source, parts: Partial<RawRequest>, at: Date = now): RawRequest {
  const request = rawRequest(parts);
  return { ...request, headers: headersOf(source.sign(request, secret, at)) };
}

export const fixtureBytes = (path: string): Uint8Array =>
  readFileSync(new URL(`../fixtures/sources/${path}`, import.meta.url));

export const fixtureJson = (path: string): Json => JSON.parse(Buffer.from(fixtureBytes(path)).toString());
