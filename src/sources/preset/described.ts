import type { z } from 'zod';
import type { Source, SourceSettings } from '../source.ts';
import type { Descriptor } from '../verify/descriptor.ts';
import { compileSigner, type Sign } from '../verify/signer.ts';
import {
  compileTellingSigner,
  compileTellingVerifier,
  urlWithSecret,
  withoutToldSecret,
} from '../verify/told-secret.ts';
import { compileVerifier, type Verify } from '../verify/verifier.ts';
import { answerHandshake } from './handshake.ts';
import type { Handshake } from './preset-file.ts';
import { type BodySettings, bodyReader, bodyWriter } from './read-body.ts';
import { type EventSettings, eventReader, eventReadings } from './read-events.ts';

/** Settings of a source that is data. */
export interface DescribedSettings extends SourceSettings {
  readonly verify_token?: readonly string[] | undefined;
  readonly event_type?: string | undefined;
  readonly event_id?: string | undefined;
  readonly occurred_at?: string | undefined;
}

/** All that makes a sender's requests into events, as data. */
export interface Description extends BodySettings, EventSettings {
  readonly descriptor: Descriptor;
  readonly handshakes: readonly Handshake[];
}

type Own = Pick<Source, 'name' | 'title' | 'docs' | 'setup' | 'eventTypes' | 'samples' | 'sendsOnce' | 'answersEmpty'>;

export interface DescribedSource<Settings extends DescribedSettings> extends Own {
  readonly settings: z.ZodType<Settings>;
  /** Without settings as far as it is known without them. */
  description(settings: Settings | undefined): Description;
}

/** A source made of data alone. Its descriptor is compiled once for each entry of gateway.yaml. */
export function describedSource<Settings extends DescribedSettings>({
  settings,
  description,
  ...own
}: DescribedSource<Settings>): Source<Settings> {
  const known = new WeakMap<Settings, Source<Settings>>();
  const unbound = sourceOf({ own, settings }, description(undefined));
  const bind = (entry: Settings): Source<Settings> => {
    const bound = known.get(entry) ?? sourceOf({ own, settings }, description(entry));
    known.set(entry, bound);
    return bound;
  };
  return {
    ...unbound,
    bind,
    verify: (request, entry, now) => bind(entry).verify(request, entry, now),
    parse: (body, request, entry) => (entry === undefined ? unbound : bind(entry)).parse(body, request),
  };
}

interface Identity<Settings> {
  readonly own: Own;
  readonly settings: z.ZodType<Settings>;
}

function sourceOf<Settings extends DescribedSettings>(
  { own, settings }: Identity<Settings>,
  description: Description,
): Source<Settings> {
  const { descriptor, handshakes } = description;
  const { verify, sign } = compiled(descriptor);
  const readBody = bodyReader(description);
  const writeBody = bodyWriter(description);
  return {
    ...own,
    settings,
    needsPublicUrl: 'signed' in descriptor && descriptor.signed.includes('{url}'),
    verify: (request, { secret }, now) => verify(request, secret, now),
    parse: eventReader(description),
    readings: eventReadings(description),
    sign,
    ...(readBody !== undefined && { readBody }),
    ...(writeBody !== undefined && { writeBody }),
    ...(handshakes.length > 0 && {
      handshake: (asked, entry) =>
        answerHandshake(handshakes, { ...asked, secrets: entry.secret, verifyTokens: entry.verify_token ?? [] }),
    }),
    ...told(descriptor),
  };
}

function compiled(descriptor: Descriptor): { readonly verify: Verify; readonly sign: Sign } {
  return 'signature' in descriptor
    ? { verify: compileVerifier(descriptor), sign: compileSigner(descriptor) }
    : { verify: compileTellingVerifier(descriptor), sign: compileTellingSigner(descriptor) };
}

/** What follows where the sender tells the secret itself. */
function told(descriptor: Descriptor): Pick<Source, 'withoutSecrets' | 'isUnsigned' | 'signUrl'> {
  if ('signature' in descriptor) return {};
  return {
    withoutSecrets: (request) => withoutToldSecret(descriptor, request),
    ...(descriptor.method === 'secret_url' && {
      isUnsigned: true,
      signUrl: (url: string, secret: string) => urlWithSecret(descriptor, url, secret),
    }),
  };
}
