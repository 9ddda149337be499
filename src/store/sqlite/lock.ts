import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import { GatewayError } from '../../model/error.ts';
import { isBusy } from './fault.ts';

/**
 * Makes this process the only gateway of a data directory, until the returned function is called or the process ends
 * in whatever way: an exclusive transaction on a file of its own is a lock that the operating system takes back.
 */
export function holdLock(file: string): () => void {
  const lock = new Database(file, { timeout: 0 });
  try {
    // No journal file: nothing is ever written.
    lock.pragma('journal_mode = memory');
    lock.exec('begin exclusive');
    // By path: opening and closing the file here would drop the POSIX lock just taken.
    chmodSync(file, 0o600);
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new GatewayError('STORE_IN_USE', 'another gateway is using this data directory', {
      hint: 'Stop it first, or set DATA_DIR to another directory.',
      cause: error,
    });
  }
  return () => {
    lock.close();
  };
}
