import { GatewayError } from '../../model/error.ts';

/** What one statement may do wrong by itself: its data, a constraint, its size. Everything else is the database's own. */
const statementErrors = /^(0A|21|22|23|42|54)/;
/** It cannot read what it has stored. */
const damages = /^XX/;
/** Two transactions stood in each other's way; the same again goes through. */
const collisions = /^40/;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const isSqlState = (error: unknown): boolean => /^[0-9A-Z]{5}$/.test(codeOf(error));

export const isCollision = (error: unknown): boolean => isSqlState(error) && collisions.test(codeOf(error));

export const isDamage = (error: unknown): boolean => isSqlState(error) && damages.test(codeOf(error));

/** Not the statement's fault: the connection, the server, its disk, a lock that somebody holds for too long. */
export function isDatabaseError(error: unknown): boolean {
  if (error instanceof GatewayError) return error.code === 'STORE_UNAVAILABLE';
  if (isSqlState(error)) return !statementErrors.test(codeOf(error));
  return codeOf(error) !== '' || isOfClient(error);
}

/** The client's own faults have no code. */
const isOfClient = (error: unknown): boolean =>
  error instanceof Error && /timeout|terminated|not queryable|closed/i.test(error.message);

/** The server or the network has ended it; not that an answer takes too long. */
export const isConnectionLost = (error: unknown): boolean =>
  isSqlState(error)
    ? /^(08|57P)/.test(codeOf(error))
    : isDatabaseError(error) &&
      error instanceof Error &&
      !(error instanceof GatewayError) &&
      !/timeout/i.test(error.message);

/** The fault an operator sees: the database cannot take it now, or we asked it for something impossible. */
export function storeFault(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (isDamage(error)) {
    return new GatewayError('STORE_UNSAFE', `the database is damaged: ${messageOf(error)}`, {
      cause: causeOf(error),
      hint: 'The server cannot read what it has stored: look at its log and its disk, and restore a backup.',
    });
  }
  if (isDatabaseError(error) || isCollision(error)) return unavailable(error);
  return new GatewayError('INTERNAL', `the store failed: ${messageOf(error)}`, { cause: causeOf(error) });
}

export const unavailable = (error: unknown): GatewayError =>
  error instanceof GatewayError
    ? error
    : new GatewayError('STORE_UNAVAILABLE', `the database does not take it now: ${messageOf(error)}`, {
        cause: causeOf(error),
      });

/** PostgreSQL's details quote the rows, and some messages the value: neither may get into a log. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (/^22/.test(codeOf(error))) return `a value that the database refuses (${codeOf(error)})`;
  return error.message || codeOf(error);
}

interface Cause {
  readonly code: string;
  readonly message: string;
}

const causeOf = (error: unknown): Cause => ({ code: codeOf(error), message: messageOf(error) });
