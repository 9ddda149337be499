import { systemClock } from '../../src/model/clock.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { stripe } from '../../src/sources/stripe.ts';

/** Signs and posts Stripe-like events, as often as it takes, as Stripe itself does. */
export const stripeSecret = 'whsec_check_0123456789abcdef0123';

/** `fields` go into the object that the event is about. */
export const stripeBody = (id: string, type = 'check.event', fields: JsonObject = {}): string =>
  JSON.stringify({
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(systemClock.now().getTime() / 1000),
    type,
    data: { object: { id: `obj_${id}`, customer: `cus_${id}`, padding: 'x'.repeat(500), ...fields } },
  });

/** Signed at `at`; the status of the answer. */
export async function postStripe(url: string, body: string, at = systemClock.now()): Promise<number> {
  const headers = stripe.sign({ method: 'POST', url: `${url}/in/stripe`, body: Buffer.from(body) }, stripeSecret, at);
  const answer = await fetch(`${url}/in/stripe`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  await answer.arrayBuffer();
  return answer.status;
}
