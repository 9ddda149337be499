import { Router } from 'express';
import { z } from 'zod';
import { GatewayError } from '../model/error.ts';
import type { EventId } from '../model/id.ts';
import { sentFor } from '../pipeline/last-sent.ts';
import type { Preview, PreviewRequest } from '../pipeline/preview.ts';
import { storedEvent } from '../pipeline/preview-event.ts';
import { previewJson } from '../pipeline/preview-json.ts';
import type { Store } from '../store/store.ts';
import { mappingName, mappingText } from './mapping-files-api.ts';
import { BodyReader } from './read-body.ts';
import { jsonIn, parsedAs } from './request-json.ts';
import { sendJson } from './send-json.ts';

export interface PreviewDependencies {
  readonly store: Pick<Store, 'getEvent'>;
  readonly preview: (request: PreviewRequest) => Promise<Preview>;
}

const inlineEvent = z.strictObject({
  body: z.json(),
  type: z.string().max(200).optional(),
  headers: z.record(z.string(), z.string()).optional(),
});
const previewRequest = z.strictObject({
  mapping: mappingText,
  file: mappingName.default('preview.yaml'),
  event: z.union([z.string(), inlineEvent], { error: 'must be the id of an event, or { body, type?, headers? }' }),
  lineage: z.boolean().default(false),
});

/** `POST /preview`: what a mapping's text makes of an event. Nothing is written and nothing sent. */
export function previewRouter({ store, preview }: PreviewDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const bodies = new BodyReader();
  router.post('/preview', async (request, response) => {
    const { mapping: text, file, event, lineage } = parsedAs(previewRequest, await jsonIn(request, response, bodies));
    const wanted = typeof event === 'string' ? await eventOf(event, store) : { event };
    const told = await preview({ mapping: { name: file, shown: file, text }, lineage, ...wanted });
    sendJson(response, 200, previewJson(told));
  });
  return router;
}

async function eventOf(id: string, store: Pick<Store, 'getEvent'>): Promise<Pick<PreviewRequest, 'event' | 'sent'>> {
  const found = await store.getEvent(id as EventId);
  if (found === undefined) throw new GatewayError('EVENT_NOT_FOUND', `no event ${id}`);
  const event = storedEvent(found);
  if (event === undefined) throw new GatewayError('REQUEST_INVALID', `the body of ${id} is not JSON`);
  return { event, sent: sentFor(found) };
}
