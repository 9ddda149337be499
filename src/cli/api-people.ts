import { readEnvironment } from '../config/environment.ts';
import { readSettings } from '../config/settings.ts';
import { GatewayError } from '../model/error.ts';
import type { Store } from '../store/store.ts';
import { keptIn, openKeptStore } from './kept-store.ts';

/** For when no gateway is running: the store itself. Throws GATEWAY_UNREACHABLE where there has never been one. */
export async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const settings = readSettings(readEnvironment());
  const store = await openKeptStore(settings);
  if (store === undefined) {
    throw new GatewayError('GATEWAY_UNREACHABLE', `no gateway is running, and none has run in ${keptIn(settings)}`, {
      hint: "start one with `hookstitch serve`, or set DATA_DIR to the gateway's folder",
    });
  }
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
