import { Router } from 'express';
import { z } from 'zod';
import type { Json } from '../model/json.ts';
import { linkedBy } from '../pipeline/stitch.ts';
import type { Store } from '../store/store.ts';
import { BodyReader } from './read-body.ts';
import { jsonIn, parsedAs } from './request-json.ts';
import { sendJson } from './send-json.ts';

export interface ResolveDependencies {
  readonly store: Pick<Store, 'resolve'>;
}

const identifier = z.strictObject({ kind: z.string().max(40), value: z.string().max(1_000) });
const resolveRequest = z.strictObject({ items: z.array(z.array(identifier).max(50)).max(100) });

/** `POST /resolve`: whose each of these is, by what is linked now. Nothing is remembered. */
export function resolveRouter({ store }: ResolveDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const bodies = new BodyReader();
  router.post('/resolve', async (request, response) => {
    const { items } = parsedAs(resolveRequest, await jsonIn(request, response, bodies));
    const linked = await linkedBy(items, store);
    const answers = linked.map(({ userId = null, anonymousId = null, stitch }) => ({
      user_id: userId,
      anonymous_id: anonymousId,
      stitch: stitch as unknown as Json,
    }));
    sendJson(response, 200, { items: answers });
  });
  return router;
}
