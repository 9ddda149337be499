import type { JsonObject } from '../../model/json.ts';
import { contentHash } from '../external-id.ts';
import { ada } from '../samples/ada.ts';
import type { Sample } from '../source.ts';

type Fresh = Parameters<Sample['body']>[0];

const idOf = (prefix: string, id: string): string => contentHash(`${prefix}${id}`).slice(0, 17).toUpperCase();

const event = (type: string, { id, now }: Fresh, about: JsonObject): JsonObject => ({
  id: `WH-${idOf('event', id)}`,
  event_version: '1.0',
  create_time: now.toISOString(),
  event_type: type,
  ...about,
});

const captureCompleted = (fresh: Fresh): JsonObject =>
  event('PAYMENT.CAPTURE.COMPLETED', fresh, {
    resource_type: 'capture',
    resource_version: '2.0',
    summary: 'Payment completed for $ 29.0 USD',
    resource: {
      id: idOf('capture', fresh.id),
      status: 'COMPLETED',
      amount: { currency_code: 'USD', value: '29.00' },
      final_capture: true,
      custom_id: ada.userId,
      invoice_id: 'SAMPLE-0007',
      create_time: fresh.now.toISOString(),
      update_time: fresh.now.toISOString(),
      supplementary_data: { related_ids: { order_id: idOf('order', fresh.id) } },
    },
  });

const subscriptionCancelled = (fresh: Fresh): JsonObject =>
  event('BILLING.SUBSCRIPTION.CANCELLED', fresh, {
    resource_type: 'subscription',
    resource_version: '2.0',
    summary: 'Subscription cancelled',
    resource: {
      id: `I-${idOf('subscription', fresh.id).slice(0, 12)}`,
      plan_id: 'P-SAMPLEPLAN00000000000042',
      status: 'CANCELLED',
      status_update_time: fresh.now.toISOString(),
      custom_id: ada.userId,
      subscriber: {
        email_address: ada.email,
        name: { given_name: ada.firstName, surname: ada.lastName },
      },
    },
  });

export const paypalSamples: readonly Sample[] = [
  { name: 'PAYMENT.CAPTURE.COMPLETED', kind: null, body: captureCompleted },
  { name: 'BILLING.SUBSCRIPTION.CANCELLED', kind: null, body: subscriptionCancelled },
];
