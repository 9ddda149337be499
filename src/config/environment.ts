import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { GatewayError } from '../model/error.ts';

/** The only reader of the process's environment. Secrets are named by gateway.yaml; these are the gateway's own. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly default: string | null;
  readonly description: string;
}

export const environmentVariables = [
  {
    name: 'HOST',
    default: '0.0.0.0',
    description: 'Address of the receiver: /in/*, /healthz and /readyz, nothing else.',
  },
  { name: 'PORT', default: '8080', description: 'Port of the receiver.' },
  { name: 'ADMIN_HOST', default: '127.0.0.1', description: 'Address of the console, the admin API and /metrics.' },
  { name: 'ADMIN_PORT', default: '8081', description: 'Port of the console, the admin API and /metrics.' },
  {
    name: 'ADMIN_TOKEN',
    default: null,
    description:
      'Bearer token of the API, at least 32 characters; default: made once and kept in DATA_DIR/admin-token.',
  },
  {
    name: 'ADMIN_URL',
    default: null,
    description:
      'Base URL of the console as browsers see it where a proxy serves it, as in https://console.example.com.',
  },
  {
    name: 'ADMIN_HOSTS',
    default: null,
    description: 'More names that the console answers to, comma-separated; localhost and IP addresses always do.',
  },
  {
    name: 'ADMIN_PROXY',
    default: null,
    description:
      'Addresses or networks of the proxy in front of the admin port, comma-separated: its X-Forwarded-For is believed.',
  },
  {
    name: 'ADMIN_PROXY_SECRET',
    default: null,
    description:
      'What that proxy sends as X-Hookstitch-Proxy-Secret, at least 32 characters: without it nothing it says is believed.',
  },
  {
    name: 'ADMIN_USER_HEADER',
    default: null,
    description:
      'Header in which that proxy names who has logged in with it; then the console has no password of its own.',
  },
  {
    name: 'PUBLIC_URL',
    default: null,
    description: "The receiver's public base URL; HubSpot's signatures cover it, so HubSpot needs it.",
  },
  {
    name: 'MAPPINGS_DIR',
    default: './mappings',
    description: 'Folder of gateway.yaml, the mappings and their fixtures.',
  },
  { name: 'DATA_DIR', default: './data', description: 'Folder of the SQLite database and the admin token.' },
  {
    name: 'DATABASE_URL',
    default: null,
    description: 'postgres://…: the store is in PostgreSQL, for any number of replicas; default: SQLite in DATA_DIR.',
  },
  {
    name: 'DISK_RESERVE_MB',
    default: null,
    description:
      'Free space below which nothing is received, in MB; default: 256 MB or 5 % of the disk, whichever is more.',
  },
  {
    name: 'DISK_BALLAST_MB',
    default: null,
    description: 'Size of the file that gives its space back when the disk is full, in MB; default: 64, 0 for none.',
  },
  {
    name: 'KEEP_DELIVERED_DAYS',
    default: '30',
    description: 'How long events are kept once everything that came of them is delivered or cancelled.',
  },
  {
    name: 'KEEP_DEAD_DAYS',
    default: '90',
    description: 'How long events are kept that failed or have a dead delivery.',
  },
  {
    name: 'KEEP_KEYS_DAYS',
    default: '365',
    description: "How long a sender's retry of an event is recognised that is not kept any more.",
  },
  {
    name: 'COMPILE_EXPRESSIONS',
    default: 'true',
    description:
      "false leaves every expression of a mapping to JSONata's interpreter: the same results, many times slower.",
  },
  {
    name: 'EDIT_MAPPINGS',
    default: 'true',
    description:
      'false: the console and the API change no file in MAPPINGS_DIR; true: they may where the folder can be written.',
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    description: 'trace, debug, info, warn, error, fatal or silent; JSON lines unless stdout is a terminal.',
  },
] as const satisfies readonly EnvironmentVariable[];

export interface Environment {
  /** The variable's value, or what the file named by NAME_FILE holds; undefined when it is unset or empty. */
  get(name: string): string | undefined;
  /** Those that are set, whichever way. */
  names(): readonly string[];
}

/** The process's variables over those of a `.env` file in the working directory, or in another one. */
export function readEnvironment(folder = process.cwd()): Environment {
  return environmentFrom({ ...readDotEnv(join(folder, '.env')), ...process.env });
}

export function environmentFrom(variables: Readonly<Record<string, string | undefined>>): Environment {
  return {
    get: (name) => {
      const file = variables[`${name}_FILE`];
      return variables[name] || (file ? readSecretFile(name, file) : undefined) || undefined;
    },
    names: () =>
      Object.entries(variables).flatMap(([name, value]) => (value ? [name, name.replace(/_FILE$/, '')] : [])),
  };
}

function readDotEnv(path: string): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    // The file is optional; one that is there but cannot be read is a mistake to be told.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new GatewayError('CONFIG_INVALID', '.env cannot be read', { cause: error });
  }
}

function readSecretFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new GatewayError('CONFIG_INVALID', `${name}_FILE names a file that cannot be read: ${path}`, {
      hint: 'check the path and that the gateway’s user may read it',
      cause: error,
    });
  }
}
