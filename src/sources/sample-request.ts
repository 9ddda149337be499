import { GatewayError } from '../model/error.ts';
import type { ConfiguredSource, Sample } from './source.ts';

/** A sample chosen and filled in, ready to be signed. */
export interface FreshSample {
  readonly source: ConfiguredSource;
  readonly sample: Sample;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Every `<source>.<sample>` that can be sent. */
export const sampleNames = (sources: readonly ConfiguredSource[]): readonly string[] =>
  sources.flatMap(({ name, source }) => source.samples.map((sample) => `${name}.${sample.name}`));

/** The named sample filled in with an id of its own, so that sending it twice is two events; undefined where there is none. */
export function newSample(
  wanted: string,
  sources: readonly ConfiguredSource[],
  fresh: { readonly id: string; readonly now: Date },
): FreshSample | undefined {
  for (const source of sources) {
    const sample = source.source.samples.find(({ name }) => wanted === `${source.name}.${name}`);
    if (sample === undefined) continue;
    const json = sample.body(fresh);
    const written = source.source.writeBody?.(json) ?? { type: 'application/json', text: JSON.stringify(json) };
    const headers = { 'content-type': written.type, ...sample.headers?.(fresh) };
    return { source, sample, body: written.text, headers };
  }
  return undefined;
}

export interface SigningContext {
  /** Where the gateway listens. */
  readonly base: string;
  /** What the gateway thinks its base URL is; some signatures cover it. */
  readonly publicUrl: string;
  readonly now: Date;
  /** The private key in PEM, for senders whose secret is a public key. */
  readonly key?: string | undefined;
}

/** The request a sender would make. Throws SOURCE_NOT_CONFIGURED where there is nothing to sign with. */
export function signedRequest(
  { source, sample, body, headers: own }: FreshSample,
  { base, publicUrl, now, key }: SigningContext,
): {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const [secret] = source.settings.secret;
  if (secret === undefined) {
    throw new GatewayError(
      'SOURCE_NOT_CONFIGURED',
      `source "${source.name}" is off: ${source.off ?? 'it has no secret'}`,
      { hint: 'set its secret in the environment or in .env' },
    );
  }
  const path = sample.kind === null ? `/in/${source.name}` : `/in/${source.name}/${sample.kind}`;
  const withSecret = (url: string): string => source.source.signUrl?.(url, secret) ?? url;
  const url = withSecret(source.settings.public_url ?? `${publicUrl}${path}`);
  const signed = { method: 'POST', url, body: Buffer.from(body) };
  const headers = { ...own, ...source.source.sign(signed, key ?? secret, now) };
  return { method: 'POST', url: withSecret(`${base}${path}`), headers, body };
}
