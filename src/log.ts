import { createRequire } from 'node:module';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type Pretty from 'pino-pretty';
import { LineWriter } from './line-writer.ts';

/**
 * The closed list of log events: one line per fact, `noun.verb`. Ids, counts and reasons only: no payload, header,
 * secret or anything of a person ever gets a field here.
 */
export interface LogEvents {
  'gateway.listening': { readonly receiver: string; readonly admin: string; readonly mappings: number };
  /** The one secret that is logged: there is no other way to whoever has started it. It sets a password once, within an hour. */
  'setup.needed': { readonly next: string; readonly until: string };
  'password.set': Record<never, never>;
  /** Somebody has looked at personal data: who, and at what. */
  'data.revealed': { readonly by: string; readonly path: string };
  'gateway.stopping': { readonly signal: string };
  'gateway.stopped': Record<never, never>;
  'config.problem': {
    readonly at: string;
    readonly code: string;
    readonly problem: string;
    readonly hint?: string | undefined;
  };
  'config.warning': LogEvents['config.problem'];
  'mapping.loaded': { readonly file: string; readonly version: string; readonly mappings: number };
  'mapping.refused': {
    readonly file: string;
    readonly problems: number;
    /** Of the first of them. */
    readonly at: string;
    readonly code: string;
  };
  'mapping.removed': { readonly file: string; readonly mappings: number };
  'request.refused': { readonly source: string; readonly reason: string };
  'request.asked': {
    readonly source: string;
    /** The sender told the secret that it will sign with; this process shows it until it is set. */
    readonly told_secret: boolean;
  };
  'event.received': { readonly source: string; readonly accepted: number; readonly duplicates: number };
  'event.translated': {
    readonly event_id: string;
    readonly source: string;
    readonly type: string;
    readonly deliveries: number;
  };
  'event.unmatched': { readonly event_id: string; readonly source: string; readonly type: string };
  'event.delayed': {
    readonly event_id: string;
    readonly source: string;
    readonly type: string;
    readonly waits_for: string;
    readonly until: string;
  };
  'event.failed': {
    readonly event_id: string;
    readonly source: string;
    readonly type: string;
    readonly reason: string;
    readonly deliveries: number;
  };
  'delivery.attempted': {
    readonly delivery_id: string;
    readonly event_id: string;
    readonly destination: string;
    readonly attempt: number;
    readonly outcome: string;
    readonly reason?: string | undefined;
    readonly status?: number | undefined;
    readonly duration_ms: number;
    /** The decision: delivered, dead, or when it is tried again. */
    readonly next: string;
  };
  'delivery.redelivered': { readonly destination: string; readonly deliveries: number; readonly delivery_id?: string };
  'delivery.cancelled': LogEvents['delivery.redelivered'];
  'replay.started': { readonly replay_id: string; readonly events: number; readonly rate: number };
  'replay.ended': {
    readonly replay_id: string;
    /** finished or cancelled. */
    readonly status: string;
    readonly translated: number;
    readonly unmatched: number;
    readonly failed: number;
    /** Made by it, new or again. */
    readonly deliveries: number;
  };
  'lane.opened': { readonly destination: string; readonly trouble: string; readonly probe_at: string };
  'lane.closed': { readonly destination: string };
  'lane.unserved': { readonly destination: string; readonly deliveries: number; readonly off: string };
  'lane.paused': { readonly destination: string };
  'lane.resumed': { readonly destination: string };
  'worker.failed': { readonly worker: string; readonly err: unknown };
  'worker.drained': { readonly worker: string };
  'store.unavailable': { readonly err: unknown };
  'store.damaged': { readonly place: string; readonly what: string };
  'store.examined': { readonly rows: number; readonly damages: number };
  'store.purged': Readonly<Record<'events' | 'requests' | 'deliveries' | 'attempts' | 'keys', number>>;
  'request.failed': { readonly err: unknown };
  'log.dropped': { readonly lines: number };
}

export type LogEvent = keyof LogEvents;

const levels: Readonly<Record<LogEvent, 'debug' | 'info' | 'warn' | 'error'>> = {
  'gateway.listening': 'info',
  'setup.needed': 'info',
  'password.set': 'info',
  'data.revealed': 'info',
  'gateway.stopping': 'info',
  'gateway.stopped': 'info',
  'config.problem': 'error',
  'config.warning': 'warn',
  'mapping.loaded': 'info',
  'mapping.refused': 'error',
  'mapping.removed': 'info',
  'request.refused': 'warn',
  'request.asked': 'info',
  'event.received': 'info',
  'event.translated': 'debug',
  'event.unmatched': 'debug',
  'event.delayed': 'info',
  'event.failed': 'warn',
  'delivery.attempted': 'info',
  'delivery.redelivered': 'info',
  'delivery.cancelled': 'info',
  'replay.started': 'info',
  'replay.ended': 'info',
  'lane.opened': 'warn',
  'lane.closed': 'info',
  'lane.unserved': 'warn',
  'lane.paused': 'info',
  'lane.resumed': 'info',
  'worker.failed': 'error',
  'worker.drained': 'info',
  'store.unavailable': 'error',
  'store.damaged': 'error',
  'store.examined': 'debug',
  'store.purged': 'info',
  'request.failed': 'error',
  'log.dropped': 'warn',
};

export interface Log {
  write<E extends LogEvent>(event: E, fields: LogEvents[E]): void;
}

export interface LogOptions {
  readonly level: string;
  /** Lines for people instead of JSON. */
  readonly pretty: boolean;
  /** Takes the JSON lines instead of stdout. */
  readonly destination?: DestinationStream;
}

/** JSON lines on stdout, or lines for people where stdout is a terminal. */
export function createLog({ level, pretty: forPeople, destination }: LogOptions): Log {
  const options = { level, base: null, timestamp: stdTimeFunctions.isoTime };
  const stream: DestinationStream = forPeople
    ? loadPretty()({ colorize: true, ignore: 'pid,hostname', messageKey: 'event', sync: true })
    : (destination ?? new LineWriter(stdoutFd, (lines) => log.write('log.dropped', { lines })));
  const logger: Logger = pino(options, stream);
  const log: Log = { write: (event, fields) => logger[levels[event]]({ event, ...fields }) };
  return log;
}

const stdoutFd = 1;

/** Loaded only at a terminal: a service has none. */
const loadPretty = (): typeof Pretty => createRequire(import.meta.url)('pino-pretty');

export const silentLog: Log = { write: () => undefined };
