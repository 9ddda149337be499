import { hubspot } from '../../src/sources/hubspot.ts';
import { createRequests, mixed, plain, type Requests } from './request-template.ts';
import type { RequestsPlan } from './stripe-requests.ts';

export const hubspotSecret = 'bench-client-secret-0123456789abcdef';
/** What HubSpot puts into one request at most. */
export const eventsOfBatch = 100;

/** A bulk edit in HubSpot: changes of one property, a hundred in each request, each of another contact. */
export function hubspotRequests({ publicUrl, ...plan }: RequestsPlan & { readonly publicUrl: string }): Requests {
  const now = new Date();
  const url = `${publicUrl}${plan.path}`;
  return createRequests({
    ...plan,
    body: JSON.stringify(Array.from({ length: eventsOfBatch }, (_, item) => change(item, now))).replace(
      /"#([^"]+)"/g,
      '$1',
    ),
    items: eventsOfBatch,
    signatureLines: (signature) =>
      `x-hubspot-request-timestamp: ${now.getTime()}\r\nx-hubspot-signature-v3: ${signature}`,
    sign: (body) => hubspot.sign({ method: 'POST', url, body }, hubspotSecret, now)['x-hubspot-signature-v3'] ?? '',
  });
}

/** `#` and the quotes around it go: ids are numbers there. */
const change = (item: number, now: Date): object => ({
  eventId: `#9${mixed(item)}`,
  subscriptionId: 234567,
  portalId: 12345678,
  appId: 987654,
  occurredAt: now.getTime(),
  subscriptionType: 'contact.propertyChange',
  attemptNumber: 0,
  objectId: `#9${mixed(item)}`,
  propertyName: 'lifecyclestage',
  propertyValue: 'salesqualifiedlead',
  // The mapping carries it into every payload, where the sink counts it.
  changeSource: `bench_${plain(item)}`,
  sourceId: 'userId:45678',
});
