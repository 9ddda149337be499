import type { BlockList } from 'node:net';
import { z } from 'zod';
import { GatewayError } from '../model/error.ts';
import { addressList } from './address-list.ts';
import { type Environment, environmentVariables } from './environment.ts';

/** The gateway's own settings, from the environment. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Undefined: made once and kept in the data folder. */
  readonly adminToken: string | undefined;
  /** The console's origin as browsers see it, where that is not the admin port itself. */
  readonly adminUrl: string | undefined;
  /** More host names that the console answers to, in lower case. */
  readonly adminHosts: readonly string[];
  /** What stands before the admin port and is believed; undefined: nothing is. */
  readonly adminProxy: AdminProxySettings | undefined;
  /** Without a trailing slash. */
  readonly publicUrl: string | undefined;
  readonly mappingsDir: string;
  readonly dataDir: string;
  /** Of PostgreSQL, with its password: never shown. Undefined: SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
  /** What has to stay free on the disk, and the file that gives way; undefined members follow the disk's size. */
  readonly disk: { readonly reserveBytes: number | undefined; readonly ballastBytes: number | undefined };
  /** How long what is settled is kept, in milliseconds. */
  readonly keep: { readonly deliveredMs: number; readonly deadMs: number; readonly keysMs: number };
  /** Leaves every expression of a mapping to JSONata's interpreter. */
  readonly interprets: boolean;
  /** Whether the API may change files of the mappings folder. */
  readonly editsMappings: boolean;
  readonly logLevel: LogLevel;
}

export interface AdminProxySettings {
  readonly addresses: BlockList;
  readonly secret: string | undefined;
  /** In lower case; where it is set the proxy logs people in. */
  readonly userHeader: string | undefined;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const port = z.coerce.number().int().min(0).max(65_535);
const megabytes = z.coerce
  .number({ error: 'must be a number of MB, as in 256' })
  .min(0)
  .transform((count) => count * 1024 * 1024)
  .optional();
const days = z.coerce
  .number({ error: 'must be a number of days, as in 30' })
  .positive()
  .max(36_500)
  .transform((count) => count * 86_400_000);
const hostNames = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim().toLowerCase()))
  .refine((names) => names.every((name) => /^[a-z\d]([a-z\d.-]*[a-z\d])?$/.test(name)), {
    error: 'must be host names without ports, as in console.example.com, gateway',
  });
/** These say something else to everybody, the gateway included. */
const takenHeaders = ['authorization', 'cookie', 'host', 'origin', 'x-hookstitch-proxy-secret'];
const userHeader = z
  .string()
  .transform((name) => name.toLowerCase())
  .refine((name) => /^[a-z\d-]+$/.test(name) && !takenHeaders.includes(name), {
    error: 'must be the name of a header that says who it is, as in X-Forwarded-User',
  });
const shape = z
  .object({
    HOST: z.string(),
    PORT: port,
    ADMIN_HOST: z.string(),
    ADMIN_PORT: port,
    ADMIN_TOKEN: z.string().min(32, { error: 'must have at least 32 characters' }).optional(),
    ADMIN_URL: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL, as in https://console.example.com' })
      .refine((url) => `${URL.parse(url)?.origin}/` === URL.parse(url)?.href, {
        error: 'must have no path: the console needs a host name of its own',
      })
      .transform((url) => URL.parse(url)?.origin)
      .optional(),
    ADMIN_HOSTS: hostNames.optional(),
    ADMIN_PROXY: z
      .string()
      .transform((text) => addressList(text))
      .refine((list) => list !== undefined, {
        error: 'must be IP addresses or networks, as in 10.0.0.5, 172.18.0.0/16',
      })
      .optional(),
    ADMIN_PROXY_SECRET: z.string().min(32, { error: 'must have at least 32 characters' }).optional(),
    ADMIN_USER_HEADER: userHeader.optional(),
    PUBLIC_URL: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL, as in https://hooks.example.com' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    MAPPINGS_DIR: z.string(),
    DATA_DIR: z.string(),
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL, as in postgres://user:password@host/database' })
      .optional(),
    DISK_RESERVE_MB: megabytes,
    DISK_BALLAST_MB: megabytes,
    KEEP_DELIVERED_DAYS: days,
    KEEP_DEAD_DAYS: days,
    KEEP_KEYS_DAYS: days,
    COMPILE_EXPRESSIONS: z.enum(['true', 'false'], { error: 'must be true or false' }),
    EDIT_MAPPINGS: z.enum(['true', 'false'], { error: 'must be true or false' }),
    LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }),
  })
  .refine((data) => data.KEEP_DEAD_DAYS >= data.KEEP_DELIVERED_DAYS, {
    path: ['KEEP_DEAD_DAYS'],
    error: 'must not be less than KEEP_DELIVERED_DAYS',
  })
  .refine((data) => data.ADMIN_USER_HEADER === undefined || data.ADMIN_PROXY !== undefined, {
    path: ['ADMIN_USER_HEADER'],
    error: 'needs ADMIN_PROXY: from anybody else the header is a lie',
  })
  .refine((data) => data.ADMIN_PROXY_SECRET === undefined || data.ADMIN_PROXY !== undefined, {
    path: ['ADMIN_PROXY_SECRET'],
    error: 'needs ADMIN_PROXY, the addresses of the proxy that sends it',
  });

/** Throws CONFIG_INVALID naming the variable. */
export function readSettings(environment: Environment): Settings {
  const given = environmentVariables.map((variable) => [
    variable.name,
    environment.get(variable.name) ?? variable.default ?? undefined,
  ]);
  const parsed = shape.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const complaints = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new GatewayError('CONFIG_INVALID', complaints.join('; '), { hint: 'set it in the environment or in .env' });
  }
  const { data } = parsed;
  return {
    host: data.HOST,
    port: data.PORT,
    adminHost: data.ADMIN_HOST,
    adminPort: data.ADMIN_PORT,
    adminToken: data.ADMIN_TOKEN,
    adminUrl: data.ADMIN_URL,
    adminHosts: data.ADMIN_HOSTS ?? [],
    adminProxy: data.ADMIN_PROXY && {
      ...{ addresses: data.ADMIN_PROXY, secret: data.ADMIN_PROXY_SECRET },
      userHeader: data.ADMIN_USER_HEADER,
    },
    publicUrl: data.PUBLIC_URL,
    mappingsDir: data.MAPPINGS_DIR,
    dataDir: data.DATA_DIR,
    databaseUrl: data.DATABASE_URL,
    disk: { reserveBytes: data.DISK_RESERVE_MB, ballastBytes: data.DISK_BALLAST_MB },
    keep: { deliveredMs: data.KEEP_DELIVERED_DAYS, deadMs: data.KEEP_DEAD_DAYS, keysMs: data.KEEP_KEYS_DAYS },
    interprets: data.COMPILE_EXPRESSIONS === 'false',
    editsMappings: data.EDIT_MAPPINGS === 'true',
    logLevel: data.LOG_LEVEL,
  };
}
