import type { JsonObject } from '../../model/json.ts';
import type { Sample } from '../source.ts';
import { ada } from './ada.ts';
import { numericId } from './fresh-id.ts';

type Fresh = Parameters<Sample['body']>[0];

const portalId = 12345678;
const contactId = 65059681032;

/** From an app: no e-mail and no previous stage, so that a mapping has to ask HubSpot for the contact. */
const lifecycleStage = ({ id, now }: Fresh): readonly JsonObject[] => [
  {
    eventId: numericId(id),
    subscriptionId: 234567,
    portalId,
    appId: 987654,
    occurredAt: now.getTime(),
    subscriptionType: 'contact.propertyChange',
    attemptNumber: 0,
    objectId: contactId,
    propertyName: 'lifecyclestage',
    propertyValue: 'salesqualifiedlead',
    changeSource: 'CRM_UI',
    sourceId: 'userId:45678',
  },
];

/** From a workflow: the contact with the history of every property, newest first, so that nothing needs a lookup. */
const workflow = ({ id, now }: Fresh): JsonObject => {
  const firstSeen = now.getTime() - 45 * 86_400_000;
  const version = (value: string, timestamp: number): JsonObject => ({
    value,
    timestamp,
    'source-type': 'CRM_UI',
    'source-id': `userId:45678;enrollmentId:${numericId(id)}`,
    selected: false,
  });
  const property = (value: string): JsonObject => ({ value, versions: [version(value, firstSeen)] });
  const stages = [version('salesqualifiedlead', now.getTime()), version('marketingqualifiedlead', firstSeen)];
  return {
    vid: contactId,
    'canonical-vid': contactId,
    'merged-vids': [],
    'portal-id': portalId,
    'is-contact': true,
    properties: {
      email: property(ada.email),
      firstname: property(ada.firstName),
      lastname: property(ada.lastName),
      phone: property(ada.phone),
      user_id: property(ada.userId),
      usermaven_anonymous_id: property(ada.anonymousId),
      hs_analytics_source: property('ORGANIC_SEARCH'),
      lifecyclestage: { value: 'salesqualifiedlead', versions: stages },
    },
    'identity-profiles': [
      { vid: contactId, identities: [{ type: 'EMAIL', value: ada.email, timestamp: firstSeen, 'is-primary': true }] },
    ],
    'form-submissions': [],
    'list-memberships': [],
  };
};

export const hubspotSamples: readonly Sample[] = [
  { name: 'lifecyclestage', kind: null, body: lifecycleStage },
  { name: 'workflow', kind: 'workflow', body: workflow },
];
