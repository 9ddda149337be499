import { readEnvironment } from '../config/environment.ts';
import { readSettings } from '../config/settings.ts';
import { GatewayError } from '../model/error.ts';
import type { Identifier } from '../model/identity.ts';
import type { Store } from '../store/store.ts';
import { keptIn, openKeptStore } from './kept-store.ts';

export interface ApiPersonIdentifier extends Identifier {
  readonly hops: number;
  readonly shared: boolean;
  readonly link: {
    readonly from: Identifier;
    readonly source: string;
    readonly event_id: string;
    readonly seen_at: string;
  } | null;
}

/** A person as the API answers it. */
export interface ApiPerson {
  readonly user_id: string | null;
  readonly conflict: number | null;
  readonly identifiers: readonly ApiPersonIdentifier[];
  readonly events: readonly {
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly occurred_at: string;
    readonly status: string;
  }[];
}

/** What forgetting somebody came to, as the API answers it. */
export interface ApiForgotten {
  readonly identifiers: number;
  readonly events: number;
  readonly requests: number;
  readonly deliveries: number;
  readonly attempts: number;
  readonly emptied: number;
  readonly verified: boolean;
  readonly remaining: readonly string[];
  readonly too_short: readonly string[];
}

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
