import type { StandInOptions } from './stand-ins/index.ts';

/** What `hookstitch demo` sends: one sample of every kind the shipped mappings know, as `<source>.<sample>`. */
export const demoSamples = [
  'stripe.invoice.paid',
  'stripe.checkout.session.completed',
  'stripe.customer.subscription.deleted',
  'stripe.charge.refunded',
  'callrail.post_call',
  'callrail.form_captured',
  'hubspot.lifecyclestage',
  'hubspot.workflow',
] as const;

/** Secrets of the demo's three sources and keys of its four stand-ins; made anew on every start, worth nothing elsewhere. */
export interface DemoCredentials {
  readonly sources: Readonly<Record<'stripe' | 'callrail' | 'hubspot', string>>;
  readonly destinations: StandInOptions;
}

/** So many random bytes. */
type RandomBytes = (length: number) => Uint8Array;

export function demoCredentials(random: RandomBytes): DemoCredentials {
  const secret = (): string => Buffer.from(random(24)).toString('hex');
  return {
    sources: { stripe: `whsec_${secret()}`, callrail: secret(), hubspot: secret() },
    destinations: {
      usermaven: { apiKey: secret(), serverToken: secret() },
      vemetric: { token: secret() },
      umami: { websiteId: uuid(random(16)) },
      segment: { writeKey: secret() },
    },
  };
}

/** RFC 9562, version 4: Umami takes nothing but a UUID for a website id. */
const uuid = (random: Uint8Array): string =>
  Buffer.from(random)
    .toString('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
