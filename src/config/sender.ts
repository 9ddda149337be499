import { genericNames } from '../sources/coded.ts';
import { sourceNamed, sourceTypes } from '../sources/index.ts';
import { standardWebhooks } from '../sources/preset/preset-names.ts';
import { presetNames, readPreset } from '../sources/preset/presets.ts';
import { type UnsignedHeaders, unsignedHeaders } from '../sources/preset/unsigned-headers.ts';
import type { Source } from '../sources/source.ts';
import { descriptorText } from '../sources/verify/descriptor-text.ts';

/** A system whose webhooks are understood as they are: what a person has to know before it is a source. */
export interface Sender {
  /** The word for `type:`. */
  readonly name: string;
  readonly source: Source;
  /** How it proves that a request is its own. */
  readonly proof: string;
  /** The environment variable that the examples name for its secret. */
  readonly variable: string;
  /** What surprises. */
  readonly notes: readonly string[];
  /** It tries a new address with a text of the operator's own. */
  readonly asksForToken: boolean;
  /** What tells its events apart and is not signed; undefined where all of it is, or nothing. */
  readonly unsigned: UnsignedHeaders | undefined;
  /** Nobody else can sign as it does, so `hookstitch send` has none of its samples. */
  readonly signsAlone: boolean;
}

/** What those that are code say of themselves nowhere else. */
const coded: Readonly<Record<string, Pick<Sender, 'proof' | 'variable'> & Partial<Pick<Sender, 'signsAlone'>>>> = {
  stripe: { proof: 'HMAC-SHA256 in stripe-signature, at most 300 s old', variable: 'STRIPE_WEBHOOK_SECRET' },
  callrail: { proof: 'HMAC-SHA1 in signature', variable: 'CALLRAIL_SIGNING_KEY' },
  hubspot: { proof: 'HMAC-SHA256 in x-hubspot-signature-v3, at most 300 s old', variable: 'HUBSPOT_CLIENT_SECRET' },
  paypal: { proof: "a signature by PayPal's certificate", variable: 'PAYPAL_WEBHOOK_ID', signsAlone: true },
};

/** Words for `type:` that are no sender. */
const waysToProve: readonly string[] = [...genericNames, standardWebhooks];

/** All of them, those that are code first. */
export const senderNames: readonly string[] = sourceTypes.filter((name) => !waysToProve.includes(name));

/** Throws CONFIG_INVALID where a preset's file is at fault. */
export function senderNamed(name: string): Sender | undefined {
  const source = senderNames.includes(name) ? sourceNamed(name) : undefined;
  if (source === undefined) return undefined;
  if (!presetNames.includes(name)) {
    const said = coded[name] ?? { proof: 'a signature', variable: `${name.toUpperCase()}_SECRET` };
    return { name, source, signsAlone: false, ...said, notes: [], asksForToken: false, unsigned: undefined };
  }
  const preset = readPreset(name);
  const { verify, secret, notes, handshake } = preset;
  const asksForToken = handshake.some(({ proof }) => proof === 'token');
  return {
    name,
    source,
    proof: descriptorText(verify),
    variable: secret.variable,
    notes,
    asksForToken,
    unsigned: unsignedHeaders(preset),
    signsAlone: false,
  };
}
