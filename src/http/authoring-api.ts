import { Router } from 'express';
import { z } from 'zod';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import { type EventId, newId } from '../model/id.ts';
import type { JsonObject } from '../model/json.ts';
import type { Pinned, PinOrder, TextLineage } from '../pipeline/authoring.ts';
import type { MappingFiles } from '../pipeline/mapping-files.ts';
import type { MappingReader } from '../pipeline/mapping-readers.ts';
import { inlineEvent, type PinnableEvent, pinnableEvent, storedEvent } from '../pipeline/preview-event.ts';
import { lineageJson } from '../pipeline/preview-json.ts';
import { whyNoEvent } from '../sources/event-in-body.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import { mappingName, mappingText } from './mapping-files-api.ts';
import { queryOf } from './query.ts';
import { BodyReader } from './read-body.ts';
import { jsonIn, parsedAs } from './request-json.ts';
import { sendJson } from './send-json.ts';

export interface AuthoringDependencies {
  readonly store: Pick<Store, 'getEvent'>;
  readonly file: { readonly sources: readonly ConfiguredSource[] };
  readonly clock: Clock;
  readonly mappings: () => ReadonlyMap<string, unknown>;
  readonly files: Pick<MappingFiles, 'whyReadOnly'>;
  readonly authoring: {
    lineage(mapping: PinOrder['mapping'] & object): Promise<TextLineage>;
    draft(event: PinnableEvent, taken: readonly string[]): Promise<{ readonly file: string; readonly text: string }>;
    pin(order: PinOrder): Promise<Pinned>;
    language(): Promise<JsonObject>;
  };
  /** Of all mappings in force. */
  readonly readers: (source: string, keys: readonly string[]) => Promise<readonly MappingReader[]>;
}

const inline = z.strictObject({
  source: z.string().max(64),
  body: z.json(),
  type: z.string().max(200).optional(),
});
const event = z.union([z.string(), inline], { error: 'must be the id of an event, or { source, body, type? }' });
const mapping = z.strictObject({ file: mappingName, text: mappingText });
const draftRequest = z.strictObject({ event });
const pinRequest = z.strictObject({
  event,
  mapping: mapping.optional(),
  name: z.string().min(1).max(200).optional(),
});
const keys = z
  .string()
  .max(2_000)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      // Whoever asks by hand sees what is wanted.
      context.addIssue({ code: 'custom', message: 'must be a JSON list of keys, as in ["data","object"]' });
      return z.NEVER;
    }
  })
  .pipe(z.array(z.string()).min(1).max(64));
const readersQuery = z.strictObject({ source: z.string().max(64), path: keys });

/** What a person who writes a mapping is helped with: starts, tests from events, and where values come from and go. */
export function authoringRouter(dependencies: AuthoringDependencies): Router {
  const { authoring, mappings, readers, files } = dependencies;
  const router = Router({ strict: true, caseSensitive: true });
  const bodies = new BodyReader();

  router.get('/language', async (_request, response) => sendJson(response, 200, await authoring.language()));

  router.post('/lineage', async (request, response) => {
    const { problems, lineage } = await authoring.lineage(parsedAs(mapping, await jsonIn(request, response, bodies)));
    sendJson(response, 200, { problems, lineage: lineage.map(lineageJson) });
  });

  router.get('/lineage', async (request, response) => {
    const { source, path } = queryOf(request, readersQuery);
    const found = await readers(source, path);
    sendJson(response, 200, {
      items: found.map((reader) => ({ ...reader, path: reader.path.join('.'), keys: reader.path })),
    });
  });

  router.post('/drafts', async (request, response) => {
    const wanted = parsedAs(draftRequest, await jsonIn(request, response, bodies));
    const found = await eventOf(wanted.event, dependencies);
    sendJson(response, 200, await authoring.draft(found, [...mappings().keys()]));
  });

  router.post('/fixtures', async (request, response) => {
    const { event: wanted, ...order } = parsedAs(pinRequest, await jsonIn(request, response, bodies));
    const found = await eventOf(wanted, dependencies);
    const why = await files.whyReadOnly();
    if (why !== undefined) throw new GatewayError('EDITING_OFF', `fixtures are not kept here: ${why}`);
    const { fixture, drafted, text } = await authoring.pin({ event: found, ...order });
    const told = { note: null, failure: null, test: null, ...drafted };
    sendJson(response, 200, { fixture: fixture.given, is_new: fixture.isNew, ...told, text });
  });

  return router;
}

/** Throws EVENT_NOT_FOUND, SOURCE_UNKNOWN, and REQUEST_INVALID for what no mapping can read. */
async function eventOf(
  wanted: z.output<typeof event>,
  { store, file, clock }: Pick<AuthoringDependencies, 'store' | 'file' | 'clock'>,
): Promise<PinnableEvent> {
  const found = typeof wanted === 'string' ? await stored(wanted, store) : received(wanted, file.sources, clock);
  const pinnable = found === undefined ? undefined : pinnableEvent(found);
  if (pinnable !== undefined) return pinnable;
  throw new GatewayError('REQUEST_INVALID', 'the body is no JSON object, so no mapping can read it');
}

async function stored(id: string, store: Pick<Store, 'getEvent'>) {
  const found = await store.getEvent(id as EventId);
  if (found === undefined) throw new GatewayError('EVENT_NOT_FOUND', `no event ${id}`);
  return storedEvent(found);
}

function received(given: z.output<typeof inline>, sources: readonly ConfiguredSource[], clock: Clock) {
  const configured = sources.find(({ name }) => name === given.source);
  if (configured === undefined) throw new GatewayError('SOURCE_UNKNOWN', 'gateway.yaml has no such source');
  const receivedAt = clock.now();
  const found = inlineEvent(given, configured, { id: newId('evt', receivedAt), receivedAt });
  if (found !== undefined) return found;
  const why = whyNoEvent(configured.source, given.body, { kind: given.type ?? null, receivedAt });
  throw new GatewayError('REQUEST_INVALID', `${configured.name} cannot read the body: ${why}`);
}
