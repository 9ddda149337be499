import { GatewayError } from '../model/error.ts';
import type { ConfiguredSource, Sample } from './source.ts';

/** A sample chosen and filled in, ready to be signed. */
export interface FreshSample {
  readonly source: ConfiguredSource;
  readonly sample: Sample;
  readonly body: string;
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
    return { source, sample, body: JSON.stringify(sample.body(fresh)) };
  }
  return undefined;
}

export interface SigningContext {
  /** Where the gateway listens. */
  readonly base: string;
  /** What the gateway thinks its base URL is; some signatures cover it. */
  readonly publicUrl: string;
  readonly now: Date;
}

/** The request a sender would make. Throws SOURCE_NOT_CONFIGURED where there is no secret to sign with. */
export function signedRequest(
  { source, sample, body }: FreshSample,
  { base, publicUrl, now }: SigningContext,
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
  const signed = { method: 'POST', url: source.settings.public_url ?? `${publicUrl}${path}`, body: Buffer.from(body) };
  const headers = { 'content-type': 'application/json', ...source.source.sign(signed, secret, now) };
  return { method: 'POST', url: `${base}${path}`, headers, body };
}
