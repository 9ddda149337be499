import Database from 'better-sqlite3';
import { GatewayError } from '../../model/error.ts';

/**
 * What one statement may do wrong by itself, or meet where nobody else has to go: a damaged page. Every other SQLite
 * error (FULL, IOERR, BUSY…) is the database's own.
 */
const statementErrors = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE|CORRUPT)/;

/** Whatever SQLite says, damage included. */
export const isOfDatabase = (error: unknown): boolean => error instanceof Database.SqliteError;

export function isDatabaseError(error: unknown): boolean {
  return error instanceof Database.SqliteError && !statementErrors.test(error.code);
}

/** The file is not what SQLite wrote: a page, an entry or the header. */
export function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

export function isFull(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code === 'SQLITE_FULL';
}

export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** The fault an operator sees: the database cannot take it now, or we asked it for something impossible. */
export function storeFault(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (isDamage(error)) return damaged(`the database is damaged: ${messageOf(error)}`, error);
  if (isDatabaseError(error)) return unavailable(error);
  return new GatewayError('INTERNAL', `the store failed: ${messageOf(error)}`, { cause: error });
}

/** The way on, the same whatever happened. */
const restoreHint =
  'Restore a backup with `hookstitch restore FILE`. To begin anew instead, move all hookstitch.* files out of DATA_DIR.';

export function damaged(what: string, cause?: unknown): GatewayError {
  return new GatewayError('STORE_UNSAFE', what, { hint: restoreHint, cause });
}

export function unavailable(cause: unknown): GatewayError {
  return new GatewayError('STORE_UNAVAILABLE', `the database does not take it now: ${messageOf(cause)}`, { cause });
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
