import { callrail } from './callrail.ts';
import { genericNamed, genericNames, isGeneric } from './generic.ts';
import { hubspot } from './hubspot.ts';
import { paypal } from './paypal/paypal.ts';
import { anyPreset, presetNamed, presetNames, standardWebhooks } from './preset/presets.ts';
import type { Source } from './source.ts';
import { stripe } from './stripe.ts';

/** The senders that need code, under the word `type:` names them by in gateway.yaml. */
export const sources = { stripe, callrail, hubspot } as const satisfies Record<string, Source>;

export type SourceName = keyof typeof sources;

const isSourceName = (name: string): name is SourceName => Object.hasOwn(sources, name);

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

/** What is described of the settings of every type, the presets taken together. */
export const describedTypes = (): readonly Pick<Source, 'title' | 'settings'>[] => [
  ...Object.values(sources),
  paypal,
  ...genericNames.map(genericNamed),
  anyPreset,
];

/** A sender, or a way in which senders prove themselves. Throws CONFIG_INVALID where a preset's file is at fault. */
export function sourceNamed(name: string): Source | undefined {
  if (isSourceName(name)) return sources[name];
  if (name === paypal.name) return paypal;
  return isGeneric(name) ? genericNamed(name) : presetNamed(name);
}
