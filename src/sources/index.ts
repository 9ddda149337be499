import { codedNamed, genericNames, sources } from './coded.ts';
import { genericNamed, isGeneric } from './generic.ts';
import { paypal } from './paypal/paypal.ts';
import { anyPreset, presetNamed } from './preset/presets.ts';
import type { Source } from './source.ts';

export { type SourceName, sources, sourceTypes } from './coded.ts';

/** What is described of the settings of every type, the presets taken together. */
export const describedTypes = (): readonly Pick<Source, 'title' | 'settings'>[] => [
  ...Object.values(sources),
  paypal,
  ...genericNames.map(genericNamed),
  anyPreset,
];

/** A sender, or a way in which senders prove themselves. Throws CONFIG_INVALID where a preset's file is at fault. */
export const sourceNamed = (name: string): Source | undefined =>
  codedNamed(name) ?? (isGeneric(name) ? genericNamed(name) : presetNamed(name));
