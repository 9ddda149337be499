import type { Settings } from '../config/settings.ts';
import type { Linked } from '../mapping/stitching.ts';
import { GatewayError } from '../model/error.ts';
import type { Identifier, Stitch } from '../model/identity.ts';
import type { Json } from '../model/json.ts';
import { linkedBy } from '../pipeline/stitch.ts';
import { openKeptStore } from './kept-store.ts';
import { gatewayIfRunning } from './running-gateway.ts';

interface Answer {
  readonly user_id: string | null;
  readonly anonymous_id: string | null;
  readonly stitch: Stitch;
}

/** What a running gateway has linked to these, or else its store; nothing where there has never been one. */
export async function linkedItems(
  items: readonly (readonly Identifier[])[],
  place: Pick<Settings, 'dataDir' | 'databaseUrl'>,
): Promise<readonly Linked[]> {
  const api = await gatewayIfRunning();
  if (!(api instanceof GatewayError))
    return (await api.post<{ items: readonly Answer[] }>('/resolve', { items: items as unknown as Json })).items.map(
      toLinked,
    );
  const store = await openKeptStore(place);
  if (store === undefined) return [];
  try {
    return await linkedBy(items, store);
  } finally {
    await store.close();
  }
}

const toLinked = ({ user_id, anonymous_id, stitch }: Answer): Linked => ({
  ...(user_id !== null && { userId: user_id }),
  ...(anonymous_id !== null && { anonymousId: anonymous_id }),
  stitch,
});
