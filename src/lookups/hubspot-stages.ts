import { z } from 'zod';
import { isJsonObject, type Json } from '../model/json.ts';
import { hubspotRequest, readHubspot } from './hubspot-answer.ts';
import { defineLookup } from './lookup.ts';

const args = z.strictObject({});

export const hubspotStages = defineLookup<z.output<typeof args>>({
  name: 'hubspot.stages',
  sourceType: 'hubspot',
  description: "The account's lifecycle stages, those of its own included.",
  gives: '`{ <value>: <label> }`, as in `{ salesqualifiedlead: "Sales Qualified Lead" }`',
  docs: 'https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide',
  needs: 'the scope crm.schemas.contacts.read or crm.objects.contacts.read',
  args,
  keptMs: 600_000,
  changesWithEvents: false,
  request: (_, api) => hubspotRequest('/crm/v3/properties/contacts/lifecyclestage', api),
  read(answer, _, now) {
    if (answer.status === 404) return { kind: 'missing', message: 'HubSpot has no property lifecyclestage (404)' };
    const read = readHubspot(answer, 'crm.schemas.contacts.read', now);
    if (!('body' in read)) return read;
    const { options } = read.body;
    if (!Array.isArray(options)) return { kind: 'retry', message: 'HubSpot answered without the stages' };
    return { kind: 'found', value: Object.fromEntries(options.flatMap(stageOf)) };
  },
});

function stageOf(option: Json): readonly (readonly [string, string])[] {
  if (!isJsonObject(option)) return [];
  const { value, label } = option;
  return typeof value === 'string' && typeof label === 'string' ? [[value, label]] : [];
}
