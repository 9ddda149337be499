import { Router } from 'express';
import { GatewayError } from '../model/error.ts';
import type { EventId } from '../model/id.ts';
import type { Store } from '../store/store.ts';
import { isChanged } from './send-json.ts';

export interface BodyDependencies {
  readonly store: Pick<Store, 'getEvent'>;
}

/** `GET /events/:id/body`: the request's body to the last byte, as a file to keep and never as a page to show. */
export function bodyRouter({ store }: BodyDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });

  router.get('/events/:id/body', async (request, response) => {
    if (isChanged(response))
      throw new GatewayError('REQUEST_INVALID', 'a body is not downloaded in part', { hint: 'ask with reveal=true' });
    const event = await store.getEvent(request.params.id as EventId);
    if (event === undefined) throw new GatewayError('EVENT_NOT_FOUND', `no event ${request.params.id}`);
    const { body } = event.request;
    response.writeHead(200, {
      'Cache-Control': 'no-store',
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename="${event.id}.${beginsAsJson(body) ? 'json' : 'bin'}"`,
      'Content-Length': body.byteLength,
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(body);
  });

  return router;
}

const beginsAsJson = (body: Uint8Array): boolean =>
  /^\s*[[{]/.test(Buffer.from(body.subarray(0, 100)).toString('latin1'));
