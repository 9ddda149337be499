import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { type Call, filled } from './judgement.ts';

/** What Umami's PostgreSQL columns refuse although its schema let it through: answered 500, sometimes after the event is stored. */
export interface DatabaseFault {
  readonly errorObject: JsonObject;
  readonly partlyStored: boolean;
}

const clientVersion = '7.6.0';

/** The headers that name the visitor's address, in Umami's order. */
const ipHeaders = [
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'x-nf-client-connection-ip',
  'do-connecting-ip',
  'x-real-ip',
  'x-appengine-user-ip',
  'x-forwarded-for',
];

const isLocalAddress = (ip: string): boolean =>
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe80:)/i.test(ip);

/** The look-up of the visitor's place comes before everything else, the bot check included. */
export function lookupFault(
  payload: JsonObject,
  headers: Call['headers'],
  geoDatabase: boolean,
): DatabaseFault | undefined {
  const ownIp = filled(payload.ip);
  const headerIp = ipHeaders.map((name) => headers[name]).find((value) => value !== undefined);
  const ip = ownIp ?? headerIp?.split(',')[0]?.trim();
  const isPlaceKnown = ownIp === null && headers['cf-ipcountry'] !== undefined;
  if (geoDatabase || isPlaceKnown || ip === undefined || isLocalAddress(ip)) return undefined;
  const path = '/app/geo/GeoLite2-City.mmdb';
  const message = `ENOENT: no such file or directory, stat '${path}'`;
  return unstored({ errno: -2, code: 'ENOENT', syscall: 'stat', path, name: 'Error', message });
}

/** The tables in the order in which they are written; the first that refuses ends the request. */
export function writeFault(
  type: Json | undefined,
  payload: JsonObject,
  headers: Call['headers'],
): DatabaseFault | undefined {
  const session = sessionFault(payload, headers);
  if (session !== undefined) return session;
  if (type === 'identify') return dataFault(payload.data, 'SessionData');
  return eventFault(payload) ?? dataFault(payload.data, 'EventData') ?? revenueFault(payload);
}

const unstored = (errorObject: JsonObject): DatabaseFault => ({ errorObject, partlyStored: false });

function sessionFault(payload: JsonObject, headers: Call['headers']): DatabaseFault | undefined {
  const country = filled(payload.ip) === null ? (headers['cf-ipcountry'] ?? '') : '';
  if (country.length > 2) return rawQueryFault('character(2)');
  if (isLonger(payload.id, 50)) return rawQueryFault('character varying(50)');
  const isDeviceTooLong = [payload.browser, payload.os, payload.device].some((value) => isLonger(value, 20));
  return isDeviceTooLong ? rawQueryFault('character varying(20)') : undefined;
}

const isLonger = (value: Json | undefined, max: number): boolean => typeof value === 'string' && value.length > max;

const campaignParameters = [
  ...['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'],
  ...['gclid', 'fbclid', 'msclkid', 'ttclid', 'li_fat_id', 'twclid'],
];

function eventFault({ url, hostname }: JsonObject): DatabaseFault | undefined {
  const input = filled(url) ?? '/';
  const base = `https://${filled(hostname) ?? 'localhost'}`;
  const parsed = URL.parse(input, base);
  if (parsed === null) {
    return unstored({ code: 'ERR_INVALID_URL', input, base, name: 'TypeError', message: 'Invalid URL' });
  }
  const isTooLong = campaignParameters.some((name) => isLonger(parsed.searchParams.get(name), 255));
  return isTooLong ? { errorObject: tooLong('WebsiteEvent', 'create', 255), partlyStored: false } : undefined;
}

/** Keys and strings end at 500 characters, numbers at numeric(19,4); nested objects become `a.b.c`, arrays JSON text. */
function dataFault(data: Json | undefined, model: 'EventData' | 'SessionData'): DatabaseFault | undefined {
  const partlyStored = model === 'EventData';
  for (const [key, value] of isJsonObject(data) ? flatten(data) : []) {
    const text = Array.isArray(value) ? JSON.stringify(value) : value;
    if (key.length > 500 || isLonger(text, 500)) {
      return { errorObject: tooLong(model, 'createMany', 500), partlyStored };
    }
    if (typeof value === 'number' && Math.abs(value) >= 1e15) return { errorObject: overflow(model), partlyStored };
  }
  return undefined;
}

const flatten = (data: JsonObject, prefix = ''): readonly (readonly [string, Json | undefined])[] =>
  Object.entries(data).flatMap(([key, value]) =>
    isJsonObject(value) ? flatten(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value] as const],
  );

/** A positive top-level `revenue` with a `currency` is a row of its own, which needs a name and a short currency. */
function revenueFault({ name, data }: JsonObject): DatabaseFault | undefined {
  const { revenue, currency } = isJsonObject(data) ? data : {};
  if (!(Number(revenue) > 0) || filled(currency) === null) return undefined;
  if (isLonger(currency, 10)) return { errorObject: tooLong('Revenue', 'create', 10), partlyStored: true };
  if (filled(name) !== null) return undefined;
  const message = '\nInvalid `prisma.revenue.create()` invocation:\n\n…\n\nArgument `eventName` is missing.';
  return { errorObject: { name: 'PrismaClientValidationError', clientVersion, message }, partlyStored: true };
}

interface PrismaFailure {
  readonly invocation: string;
  readonly problem: string;
}

const prismaError = (code: string, meta: JsonObject, { invocation, problem }: PrismaFailure): JsonObject => ({
  code,
  meta,
  clientVersion,
  name: 'PrismaClientKnownRequestError',
  message: `\nInvalid \`prisma.${invocation}()\` invocation:\n\n\n${problem}`,
});

const driverError = (cause: JsonObject): JsonObject => ({ name: 'DriverAdapterError', cause, message: cause.kind });

const lengthMismatch = (column: string): JsonObject =>
  driverError({ originalCode: '22001', originalMessage: `value too long for type ${column}`, kind: 'LengthMismatch' });

function rawQueryFault(column: string): DatabaseFault {
  const problem = `Raw query failed. Code: \`22001\`. Message: \`value too long for type ${column}\``;
  return unstored(
    prismaError('P2010', { driverAdapterError: lengthMismatch(column) }, { invocation: '$queryRawUnsafe', problem }),
  );
}

function tooLong(modelName: string, method: string, length: number): JsonObject {
  const driverAdapterError = lengthMismatch(`character varying(${length})`);
  const invocation = `${modelName.charAt(0).toLowerCase()}${modelName.slice(1)}.${method}`;
  const problem = "The provided value for the column is too long for the column's type. Column: (not available)";
  return prismaError('P2000', { modelName, driverAdapterError }, { invocation, problem });
}

function overflow(modelName: string): JsonObject {
  const message = 'numeric field overflow';
  const cause = { originalCode: '22003', originalMessage: message, kind: 'ValueOutOfRange', cause: message };
  const invocation = `${modelName.charAt(0).toLowerCase()}${modelName.slice(1)}.createMany`;
  const problem = `Value out of range for the type: ${message}`;
  return prismaError('P2020', { modelName, driverAdapterError: driverError(cause) }, { invocation, problem });
}
