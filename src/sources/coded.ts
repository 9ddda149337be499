import { callrail } from './callrail.ts';
import { hubspot } from './hubspot.ts';
import { paypal } from './paypal/paypal.ts';
import { presetNames, standardWebhooks } from './preset/preset-names.ts';
import type { Source } from './source.ts';
import { stripe } from './stripe.ts';

/** The senders that need code, under the word `type:` names them by in gateway.yaml. */
export const sources = { stripe, callrail, hubspot } as const satisfies Record<string, Source>;

export type SourceName = keyof typeof sources;

const isSourceName = (name: string): name is SourceName => Object.hasOwn(sources, name);

/** Those alone: what data describes takes a parser of expressions, which most gateways need not load. */
export function codedNamed(name: string): Source | undefined {
  if (isSourceName(name)) return sources[name];
  return name === paypal.name ? paypal : undefined;
}

/** The words that name a way of proving oneself and no sender. */
export const genericNames = ['hmac', 'hash', 'ed25519', 'ecdsa_p256', 'token', 'basic', 'secret_url'] as const;

/** Every word that `type:` may be. */
export const sourceTypes: readonly string[] = [
  ...Object.keys(sources),
  paypal.name,
  ...genericNames,
  standardWebhooks,
  ...presetNames,
];

/** The words of `type:` for people: all senders would be too many. */
export const sourceWords = [
  ...Object.keys(sources),
  ...[paypal.name, ...genericNames, standardWebhooks],
  'and the senders of docs/presets.md',
].join(', ');

/** Settings of a source that are expressions. */
export const expressionSettings: readonly string[] = ['event_type', 'event_id', 'occurred_at', 'batch'];

/** Whether a gateway.yaml names a type that only data describes; at worst one that it names for something else. */
export function namesDescribed(text: string): boolean {
  const types = Array.from(text.matchAll(/\btype["']?\s*:\s*["']?([\w-]+|\$\{)/g), ([, type = '']) => type);
  return types.some((type) => type === '${' || (sourceTypes.includes(type) && codedNamed(type) === undefined));
}
