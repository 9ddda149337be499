import { mappingFunctions } from './functions.ts';

/** JSONata 2.2's own functions, `$now` and `$millis` among them, but those that are refused. */
const builtIn =
  `abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent distinct each
   encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis join keys length lookup
   lowercase map match max merge millis min not now number pad parseInteger power reduce replace reverse round sift single sort split
   spread sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase zip`.split(/\s+/);

/** Every name that may follow `$` in any mapping, whatever its `let:` adds. */
export const functionNames: readonly string[] = [...builtIn, ...mappingFunctions.map(({ name }) => name)];

/** Refused at load: an attempt to evaluate text from a webhook, and results that differ at every try. */
export const refusedFunctions: Readonly<Record<string, { readonly why: string; readonly instead: string }>> = {
  eval: { why: '$eval would run text from a webhook as code', instead: 'write the expression out' },
  random: {
    why: '$random gives another result at every try',
    instead: 'use $stableId or $sha256 of something in the event',
  },
  shuffle: { why: '$shuffle gives another order at every try', instead: 'use $sort' },
};

/** Why a name is refused, as one sentence; undefined where it is not. */
export function refusal(name: string): string | undefined {
  const refused = Object.hasOwn(refusedFunctions, name) ? refusedFunctions[name] : undefined;
  return refused && `${refused.why}; ${refused.instead}`;
}
