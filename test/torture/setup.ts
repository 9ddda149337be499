import { stripeSecret } from '../support/stripe-sender.ts';

/** The configuration under which most scenarios run: Stripe-like events, translated one to one for Segment-like sinks. */

const writeKey = 'torture-write-key';

export interface SinkSettings {
  readonly url: string;
  /** Over the defaults: `retry`, `timeout_ms`, `rate` … as in gateway.yaml. */
  readonly settings?: object;
}

/** The text of gateway.yaml (JSON is YAML), with a destination for each sink by name, and others as they are. */
export function gatewayText(
  sinks: Readonly<Record<string, SinkSettings>>,
  others: Readonly<Record<string, object>> = {},
): string {
  const destinations = Object.entries(sinks).map(([name, { url, settings }]) => [
    name,
    { type: 'segment', url, write_key: writeKey, allow_private_address: true, ...settings },
  ]);
  return JSON.stringify({
    version: 1,
    sources: { stripe: { type: 'stripe', secret: stripeSecret } },
    destinations: { ...Object.fromEntries(destinations), ...others },
  });
}

/** Carries the sender's id of the event to each destination; `events` as in a mapping, all of them unless given. */
export const torturedMapping = (destinations: readonly string[], events = '*'): string => `version: 1
name: Torture
source: stripe
events: "${events}"
event:
  name: Torture
  id: =id
  user: { id: =data.object.customer }
  attributes: { event: =id }
destinations: [${destinations.join(', ')}]
`;
