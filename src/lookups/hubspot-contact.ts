import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { hubspotRequest, readHubspot } from './hubspot-answer.ts';
import { defineLookup, idArgument, listOf, namesArgument } from './lookup.ts';

const args = z.strictObject({
  id: idArgument.meta({ description: "The contact's id, `objectId` in a webhook." }),
  properties: namesArgument.optional().meta({ description: 'Internal names of the properties to give.' }),
  history: namesArgument
    .optional()
    .meta({ description: 'Internal names of the properties whose past values to give.' }),
});

export const hubspotContact = defineLookup<z.output<typeof args>>({
  name: 'hubspot.contact',
  sourceType: 'hubspot',
  description: 'A contact with the properties you name, and their past values.',
  gives:
    '`{ id, properties: { <name>: <text> }, history: { <name>: [{ value, timestamp, source_type }] } }`, newest first',
  docs: 'https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide',
  needs: 'the scope crm.objects.contacts.read',
  args,
  keptMs: 60_000,
  changesWithEvents: true,
  request({ id, properties, history }, api) {
    const query = new URLSearchParams({ archived: 'false' });
    if (properties !== undefined) query.set('properties', listOf(properties).join(','));
    if (history !== undefined) query.set('propertiesWithHistory', listOf(history).join(','));
    return hubspotRequest(`/crm/v3/objects/contacts/${encodeURIComponent(id)}?${query}`, api);
  },
  read(answer, { id, history }, now) {
    if (answer.status === 404) return { kind: 'missing', message: `HubSpot has no contact ${id} (404)` };
    const read = readHubspot(answer, 'crm.objects.contacts.read', now);
    if (!('body' in read)) return read;
    const { id: own, properties, propertiesWithHistory } = read.body;
    if (!isJsonObject(properties))
      return { kind: 'retry', message: 'HubSpot answered without the properties of the contact' };
    const past = isJsonObject(propertiesWithHistory) ? propertiesWithHistory : {};
    return {
      kind: 'found',
      value: {
        id: typeof own === 'string' ? own : String(id),
        properties: withoutNulls(properties),
        history: Object.fromEntries(listOf(history).map((name) => [name, entriesOf(past[name])])),
      },
    };
  },
});

const withoutNulls = (properties: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));

/** Newest first, in whatever order and spelling of time they come. */
function entriesOf(versions: Json | undefined): readonly Json[] {
  const known = Array.isArray(versions) ? (versions as readonly Json[]).filter(isJsonObject) : [];
  return known
    .map(({ value, timestamp, sourceType }) => ({
      value: value ?? null,
      timestamp: typeof timestamp === 'number' ? timestamp : Date.parse(String(timestamp)),
      source_type: sourceType ?? null,
    }))
    .filter(({ timestamp }) => Number.isFinite(timestamp))
    .toSorted((a, b) => b.timestamp - a.timestamp);
}
