import { keys } from '../contenders/gateway-files.ts';

/** One JSONata expression per destination: from Stripe's event to the payload that the vendor's documentation shows. */

const attributes = `
  "plan": $s.metadata.plan,
  "mode": $lookup($plans, $s.mode),
  "amount": $s.amount_total / 100,
  "subtotal": $s.amount_subtotal / 100,
  "discount": $s.total_details.amount_discount / 100,
  "tax": $s.total_details.amount_tax / 100,
  "status": $s.payment_status,
  "method": $s.payment_method_types[0],
  "subscription": $s.subscription,
  "reference": $s.client_reference_id,
  "place": $s.customer_details.address.city & ", " & $s.customer_details.address.state,
  "created_at": $fromMillis($s.created * 1000),
  "kind": livemode ? "live" : "test",
  "revenue": $s.amount_total / 100,
  "currency": $uppercase($s.currency)`;

const withSession = (payload: string): string => `(
  $s := data.object;
  $plans := {"subscription": "Subscription", "payment": "One-off"};
  ${payload}
)`;

export const expressions = {
  usermaven: withSession(`{
    "api_key": "${keys.usermaven.api_key}",
    "event_id": id,
    "event_type": "Checkout Completed",
    "_timestamp": created * 1000,
    "utc_time": $fromMillis(created * 1000),
    "ids": {},
    "user": {
      "anonymous_id": $s.metadata.usermaven_anonymous_id,
      "id": $s.metadata.user_id,
      "email": $lowercase($s.customer_details.email),
      "first_name": $substringBefore($s.customer_details.name, " "),
      "last_name": $substringAfter($s.customer_details.name, " "),
      "custom": {"customer": $s.customer, "country": $s.customer_details.address.country}
    },
    "event_attributes": {${attributes}},
    "src": "http"
  }`),
  vemetric: withSession(`{
    "name": "Checkout Completed",
    "userIdentifier": $s.metadata.user_id,
    "displayName": $s.customer_details.name,
    "customData": $each({${attributes}}, function($v, $k) {{$k: $string($v)}}) ~> $merge,
    "userData": {"set": {
      "email": $lowercase($s.customer_details.email),
      "first_name": $substringBefore($s.customer_details.name, " "),
      "last_name": $substringAfter($s.customer_details.name, " "),
      "customer": $s.customer,
      "country": $s.customer_details.address.country
    }}
  }`),
  umami: withSession(`{
    "type": "event",
    "payload": {
      "website": "${keys.umami.website_id}",
      "hostname": "${keys.umami.hostname}",
      "id": $s.metadata.user_id,
      "timestamp": created,
      "name": "Checkout Completed",
      "data": {${attributes}}
    }
  }`),
  segment: withSession(`{
    "type": "track",
    "messageId": id,
    "timestamp": $fromMillis(created * 1000),
    "userId": $s.metadata.user_id,
    "anonymousId": $s.metadata.usermaven_anonymous_id,
    "context": {"traits": {
      "email": $lowercase($s.customer_details.email),
      "firstName": $substringBefore($s.customer_details.name, " "),
      "lastName": $substringAfter($s.customer_details.name, " "),
      "customer": $s.customer,
      "country": $s.customer_details.address.country
    }},
    "event": "Checkout Completed",
    "properties": {${attributes}}
  }`),
} as const;
