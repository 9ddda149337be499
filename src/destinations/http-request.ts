import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { type Method, methods, type OutboundRequest } from './destination.ts';
import { headersOf, headerText } from './http-headers.ts';
import { payloadCheck } from './payload-check.ts';
import { userAgent } from './user-agent.ts';

/** As much as the gateway itself receives. */
const requestBytesMax = 1024 * 1024;
/** Servers and proxies refuse longer ones, each at a length of its own. */
const pathLengthMax = 4_000;

const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'must be one text or number' });
const text = z
  .string()
  .refine((value) => value.isWellFormed(), { error: 'holds half a character' })
  .refine((value) => !/\p{Cc}/u.test(value), { error: 'holds a control character' });

/**
 * No server or proxy takes it for another place: nothing climbs, not even in disguise, however often it is decoded and
 * whether what follows a semicolon counts or not.
 */
function isPlain(segment: string): boolean {
  const climbs = segment.split(/[/\\]/).some((part) => /^\.{1,2}(?:;|$)/.test(part));
  if (climbs) return false;
  const decoded = isWellEncoded(segment) ? decodeURIComponent(segment) : segment;
  return decoded === segment || isPlain(decoded);
}

/** Percent-encoded, below the base URL. */
export const requestPath = z
  .string()
  .max(pathLengthMax, `is longer than ${pathLengthMax} characters`)
  .regex(/^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[\da-fA-F]{2})*)*$/, {
    error:
      'must be a path as in /v1/events; one with expressions is a list of its segments, as in [v1, users, =$event.user.id]',
    abort: true,
  })
  .refine((path) => !path.includes('//'), { error: 'has an empty segment' })
  .refine((path) => !/%(?:[01]|7f)/i.test(path), { error: 'holds a control character' })
  .refine((path) => isWellEncoded(path), { error: 'is not percent-encoded UTF-8', abort: true })
  .refine((path) => path.split('/').every(isPlain), { error: 'has a . or .. in it, which leads to another place' });

function isWellEncoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    // There is no other way to ask.
    return false;
  }
}

/** A path that is given in segments as a text: whatever a segment holds is percent-encoded. */
export function withPathJoined(filled: JsonObject): JsonObject {
  const { path } = filled;
  if (!Array.isArray(path) || !path.every(isScalar)) return filled;
  return { ...filled, path: path.map((segment) => `/${encodeURIComponent(String(segment).toWellFormed())}`).join('') };
}

const requestPayload = z
  .strictObject({
    method: z.enum(methods, { error: `must be one of ${methods.join(', ')}` }),
    path: requestPath,
    query: z.record(text, z.union([text, scalar, z.array(scalar)])).optional(),
    headers: headersOf(z.union([headerText, z.number(), z.boolean()])).optional(),
    body: z.unknown().optional(),
  })
  .superRefine(({ method, headers, body }, context) => {
    if (body === undefined) return;
    const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['body'], message });
    if (method === 'GET') refuse('is there, and a GET has none');
    if (isForm(contentType(headers)) && !isFlat(body))
      refuse('must be a block of texts and numbers: it is sent as a form');
  });

/** The request that templates came to, before the credentials. */
type RequestPayload = z.output<typeof requestPayload>;

export const checkRequest = payloadCheck(requestPayload, requestBytesMax);

export interface Destined {
  /** Scheme, host and what every path begins with. */
  readonly base: string;
  /** Credentials, which win over what a template says. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The same for the same payload, byte for byte. `payload` has been checked. */
export function builtRequest(payload: string, { base, headers: own }: Destined): OutboundRequest {
  const { method, path, query = {}, headers = {}, body } = JSON.parse(payload) as RequestPayload;
  const said = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  const content = contentOf(body as Json | undefined, contentType(headers));
  return {
    method: method as Method,
    url: base + path + searchOf(query),
    headers: { ...content.headers, 'user-agent': userAgent, ...said, ...own },
    body: content.text,
  };
}

function searchOf(query: NonNullable<RequestPayload['query']>): string {
  const search = formText(query as JsonObject);
  return search === '' ? '' : `?${search}`;
}

interface Content {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

function contentOf(body: Json | undefined, type: string | undefined): Content {
  if (body === undefined) return { text: '', headers: {} };
  if (typeof body === 'string') return { text: body, headers: { 'content-type': 'text/plain; charset=utf-8' } };
  if (isForm(type) && isJsonObject(body)) return { text: formText(body), headers: {} };
  return { text: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

function contentType(headers: RequestPayload['headers'] = {}): string | undefined {
  const own = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type');
  return own === undefined ? undefined : String(own[1]).toLowerCase();
}

const isForm = (type: string | undefined): boolean => type?.startsWith('application/x-www-form-urlencoded') === true;

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

const isFlat = (body: unknown): boolean =>
  isJsonObject(body) &&
  Object.values(body).every(
    (value) => value === null || isScalar(value) || (Array.isArray(value) && value.every(isScalar)),
  );

/** A list gives its key once for each item. */
function formText(fields: JsonObject): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null) form.append(name, String(one));
  return form.toString();
}
