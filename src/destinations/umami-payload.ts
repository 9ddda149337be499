import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { setMember } from '../model/set-member.ts';

/**
 * Umami checks some lengths before it stores anything (zod, in UTF-16 units) and leaves the others to its database (in
 * characters), which refuses after the event row is written: a 500, and one more copy for every try.
 */
export const hostMax = 100;
const dataMax = 500;
/** `numeric(19,4)` keeps fifteen digits before the point. */
const numberMax = 1e15;
/** Seconds; above this it is milliseconds, which Umami stores in the year 58858 without a complaint. */
const timestampMax = 1e11;
/** Query parameters that have columns of their own, of 255 characters. */
const parameterMax = 255;
const storedParameters = [
  ...['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'],
  ...['gclid', 'fbclid', 'msclkid', 'ttclid', 'li_fat_id', 'twclid'],
];

/** Most texts are short enough without counting: a character is one unit or two. */
const isLonger = (text: string, max: number): boolean => text.length > max && [...text].length > max;
const first = (text: string, count: number): string => [...text].slice(0, count).join('');

const ipAddress = z.union([z.ipv4(), z.ipv6()]);
export const isIpAddress = (text: string): boolean => ipAddress.safeParse(text).success;

/** Umami resolves the event's URL against it. */
export const isHost = (text: string): boolean => URL.canParse(`https://${text}`);

const column = (max: number) =>
  z.string().refine((text) => !isLonger(text, max), `must have at most ${max} characters`);
const field = (max: number) => z.string().max(max, `must have at most ${max} characters`);
const reading = z.number().min(0).max(60_000);

const body = z.strictObject({
  website: z.uuid('must be a UUID'),
  hostname: field(hostMax).refine(isHost, 'must be a host name').optional(),
  language: field(35).optional(),
  screen: field(11).optional(),
  name: field(50).optional(),
  tag: field(50).optional(),
  title: z.string().optional(),
  url: z.string().superRefine(checkUrl).optional(),
  referrer: z.string().refine(isResolvable, 'must be a URL or a path').optional(),
  id: column(50).optional(),
  timestamp: z
    .union([z.int(), z.string().regex(/^-?\d+$/)], { error: 'must be whole seconds since 1970' })
    .refine((seconds) => Number(seconds) < timestampMax, 'must be seconds, not milliseconds')
    .optional(),
  ip: z.union([z.literal(''), ipAddress], { error: 'must be an IP address' }).optional(),
  userAgent: z.string().optional(),
  browser: column(20).optional(),
  os: column(20).optional(),
  device: column(20).optional(),
  data: z.record(z.string(), z.unknown()).superRefine(checkData).optional(),
  lcp: reading.optional(),
  inp: reading.optional(),
  fcp: reading.optional(),
  ttfb: reading.optional(),
  cls: z.number().min(0).max(100).optional(),
});

/** What `POST /api/send` takes; Umami also takes links and pixels, but stores events of unknown ones without a word. */
export const umamiPayload = z.strictObject({
  type: z.enum(['event', 'identify', 'performance']),
  payload: body.superRefine(checkRevenue),
});

function isResolvable(url: string): boolean {
  return URL.canParse(url, 'https://localhost');
}

function checkUrl(text: string, context: z.RefinementCtx): void {
  const url = URL.parse(text, 'https://localhost');
  if (url === null) return context.addIssue('must be a URL or a path');
  for (const name of tooLong(url)) context.addIssue(`has a ${name} of more than ${parameterMax} characters`);
}

function tooLong({ search, searchParams }: URL): readonly string[] {
  // Decoding makes nothing longer.
  if (search.length <= parameterMax) return [];
  return storedParameters.filter((name) => isLonger(searchParams.get(name) ?? '', parameterMax));
}

/** A URL that Umami can store: parameters beyond their column are cut, and one that cannot be read is left out. */
export function fitUrl(text: string | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text, 'https://localhost');
  if (text === undefined || url === null) return undefined;
  const cut = tooLong(url);
  if (cut.length === 0) return text;
  for (const name of cut) url.searchParams.set(name, first(url.searchParams.get(name) ?? '', parameterMax));
  return URL.canParse(text) ? url.href : `${url.pathname}${url.search}${url.hash}`;
}

/** Umami stores one row per leaf, under its dotted path. */
function leaves(data: JsonObject, parent = ''): readonly (readonly [path: string, value: Json])[] {
  return Object.entries(data).flatMap(([key, value]) => {
    const path = parent === '' ? key : `${parent}.${key}`;
    if (value === undefined) return [];
    return isJsonObject(value) ? leaves(value, path) : [[path, value] as const];
  });
}

function checkData(data: Record<string, unknown>, context: z.RefinementCtx): void {
  for (const [path, value] of leaves(data as JsonObject)) {
    if (isLonger(path, dataMax)) context.addIssue(`has a key of more than ${dataMax} characters`);
    const message = unstorable(value);
    if (message !== undefined) context.addIssue({ code: 'custom', path: path.split('.'), message });
  }
}

function unstorable(value: Json): string | undefined {
  if (typeof value === 'number' && Math.abs(value) >= numberMax) return 'must be below 1e15; send it as text';
  const stored = Array.isArray(value) ? JSON.stringify(value) : value;
  if (typeof stored !== 'string' || !isLonger(stored, dataMax)) return undefined;
  return `must have at most ${dataMax} characters${Array.isArray(value) ? ' as JSON' : ''}`;
}

/** Data that Umami can store. A long text loses its end and a long number its type, so that the event is not lost. */
export function fitData(data: JsonObject): JsonObject {
  const fitted: Record<string, Json> = {};
  for (const [key, value] of Object.entries(data)) {
    if (value === undefined || value === null) continue;
    setMember(fitted, key, isJsonObject(value) ? fitData(value) : fitValue(value));
  }
  return fitted;
}

function fitValue(value: Json): Json {
  if (unstorable(value) === undefined) return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return !isLonger(text, dataMax) ? text : `${first(text, dataMax - 1)}…`;
}

/** Umami writes the revenue last, after the event and its data; what it cannot write is a 500 that keeps the rest. */
function checkRevenue({ name, data }: z.output<typeof body>, context: z.RefinementCtx): void {
  const { revenue, currency } = data ?? {};
  const amount = Number(revenue);
  if (!(amount > 0) || !currency) return;
  const refuse = (path: readonly string[], message: string): void =>
    context.addIssue({ code: 'custom', path: [...path], message });
  if (amount >= numberMax) refuse(['data', 'revenue'], 'must be below 1e15');
  if (isLonger(String(currency), 10)) refuse(['data', 'currency'], 'must have at most 10 characters');
  if (!name) refuse(['name'], 'is missing; Umami takes revenue with a named event only');
}
