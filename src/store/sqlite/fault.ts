import Database from 'better-sqlite3';
import { GatewayError } from '../../model/error.ts';

/** What one statement may do wrong by itself; every other SQLite error (FULL, IOERR, BUSY…) is the database's own. */
const statementErrors = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/;

export function isDatabaseError(error: unknown): boolean {
  return error instanceof Database.SqliteError && !statementErrors.test(error.code);
}

export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** The fault an operator sees: the database cannot take it now, or we asked it for something impossible. */
export function storeFault(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (isDatabaseError(error)) return unavailable(error);
  return new GatewayError('INTERNAL', `the store failed: ${messageOf(error)}`, { cause: error });
}

export function unavailable(cause: unknown): GatewayError {
  return new GatewayError('STORE_UNAVAILABLE', `the database does not take it now: ${messageOf(cause)}`, { cause });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
