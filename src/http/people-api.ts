import { Router } from 'express';
import { z } from 'zod';
import { forgetPerson, personBehind } from '../pipeline/people.ts';
import { forgottenJson, personJson } from '../pipeline/people-json.ts';
import type { Store } from '../store/store.ts';
import { queryOf } from './query.ts';
import { sendJson } from './send-json.ts';

export interface PeopleDependencies {
  readonly store: Pick<Store, 'findIdentifiers' | 'findPerson' | 'forget'>;
}

const query = z.strictObject({ identifier: z.string().min(1).max(300) });

/** `/identities?identifier=`: the person behind an identifier; `DELETE` forgets them. */
export function peopleRouter({ store }: PeopleDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router.get('/identities', async (request, response) => {
    const { identifier } = queryOf(request, query);
    sendJson(response, 200, personJson(await personBehind(identifier, store)));
  });
  router.delete('/identities', async (request, response) => {
    const { identifier } = queryOf(request, query);
    sendJson(response, 200, forgottenJson(await forgetPerson(identifier, store)));
  });
  return router;
}
