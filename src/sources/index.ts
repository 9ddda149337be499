import { callrail } from './callrail.ts';
import { hubspot } from './hubspot.ts';
import type { Source } from './source.ts';
import { stripe } from './stripe.ts';

/** Every sender we know, under the word `type:` names it by in gateway.yaml. */
export const sources = { stripe, callrail, hubspot } as const satisfies Record<string, Source>;

export type SourceName = keyof typeof sources;

const isSourceName = (name: string): name is SourceName => Object.hasOwn(sources, name);

export const sourceNamed = (name: string): Source | undefined => (isSourceName(name) ? sources[name] : undefined);
