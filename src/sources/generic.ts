import { z } from 'zod';
import type { Json, JsonObject } from '../model/json.ts';
import type { genericNames } from './coded.ts';
import { type DescribedSettings, describedSource } from './preset/described.ts';
import { checkSecrets, describedBase } from './preset/described-settings.ts';
import { bodySettings, checkBody } from './preset/preset-file.ts';
import type { Source } from './source.ts';
import { descriptor, type Method, methodSettings } from './verify/descriptor.ts';
import { checkSigned } from './verify/descriptor-checks.ts';

/** Senders that nobody has described yet: `type:` says how they prove themselves, and the settings say the rest. */

interface Generic {
  readonly title: string;
  readonly docs: string;
  readonly method: Method;
  readonly secret: string;
  /** What the method needs and nobody has said. */
  readonly unsaid: object;
  readonly steps: readonly string[];
}

const enterUrl = 'At the sender, enter <url> as the address of its webhooks.';
const chooseSecret = 'Choose a random text of at least 16 characters, and give it to the sender and to the gateway.';
const copySecret = 'Give the gateway the secret that the sender shows, as the secret of this source.';
const signature = { header: 'x-signature' };

const generics = {
  hmac: {
    title: 'HMAC signature',
    docs: 'https://datatracker.ietf.org/doc/html/rfc2104',
    method: 'hmac',
    secret: 'The secret that the sender signs with.',
    unsaid: { signature },
    steps: [enterUrl, copySecret],
  },
  hash: {
    title: 'Hash over secret and body',
    docs: 'https://csrc.nist.gov/pubs/fips/180-4/upd1/final',
    method: 'hash',
    secret: 'The secret that the sender hashes with the body.',
    unsaid: { signature, signed: '{secret}{body}' },
    steps: [enterUrl, copySecret],
  },
  ed25519: {
    title: 'Ed25519 signature',
    docs: 'https://datatracker.ietf.org/doc/html/rfc8032',
    method: 'ed25519',
    secret: "The sender's public key, in hex, base64 or PEM.",
    unsaid: { signature },
    steps: [enterUrl, 'Give the gateway the public key that the sender shows, as the secret of this source.'],
  },
  ecdsa_p256: {
    title: 'ECDSA P-256 signature',
    docs: 'https://csrc.nist.gov/pubs/fips/186-5/final',
    method: 'ecdsa_p256',
    secret: "The sender's public key, in base64 or PEM.",
    unsaid: { signature, encoding: 'base64' },
    steps: [enterUrl, 'Give the gateway the public key that the sender shows, as the secret of this source.'],
  },
  token: {
    title: 'Secret in a header',
    docs: 'https://datatracker.ietf.org/doc/html/rfc6750',
    method: 'token',
    secret: 'The text that the header carries.',
    unsaid: { header: 'authorization' },
    steps: [enterUrl, chooseSecret],
  },
  basic: {
    title: 'Basic authentication',
    docs: 'https://datatracker.ietf.org/doc/html/rfc7617',
    method: 'basic',
    secret: 'user:password, as the sender has them.',
    unsaid: {},
    steps: [enterUrl, 'Choose a user and a long password, and give both the sender and the gateway user:password.'],
  },
  secret_url: {
    title: 'Secret URL',
    docs: 'https://datatracker.ietf.org/doc/html/rfc9110#section-17.9',
    method: 'secret_url',
    secret: 'A random text of your own, which stands in the URL and is all that protects it.',
    unsaid: {},
    steps: ['Choose a random text of letters and digits.', 'At the sender, enter <url>?secret=… with that text.'],
  },
} as const satisfies Readonly<Record<GenericName, Generic>>;

type GenericName = (typeof genericNames)[number];

export const isGeneric = (name: string): name is GenericName => Object.hasOwn(generics, name);

/** An entry of gateway.yaml to begin with. */
export const genericEntry = (name: GenericName): JsonObject => ({
  type: name,
  secret: '${SHOP_WEBHOOK_SECRET}',
  ...generics[name].unsaid,
  event_type: '=type',
  event_id: '=id',
});

const known = new Map<GenericName, Source>();

/** `type: hmac` and the like. */
export function genericNamed(name: GenericName): Source {
  const source = known.get(name) ?? genericSource(name, generics[name]);
  known.set(name, source);
  return source;
}

interface GenericSettings extends DescribedSettings {
  readonly body: 'json' | 'form';
  readonly form_field?: string | undefined;
  readonly batch: boolean | string;
}

function genericSource(name: GenericName, generic: Generic): Source {
  const { method, unsaid } = generic;
  const read = (entry: object) => descriptor.safeParse({ method, ...picked(entry, methodSettings[method]) });
  const example = descriptor.parse({ method, ...unsaid });
  const settings: z.ZodType<GenericSettings> = z
    .strictObject({
      type: z.literal(name).meta({ description: `${generic.title}, for senders without a type of their own.` }),
      ...describedBase(generic.secret),
      ...methodSettings[method],
      ...bodySettings,
    })
    .superRefine((entry, context) => {
      if ('signature' in entry) checkSigned({ ...entry, method }, context);
      checkBody(entry, context);
      const described = read(entry);
      if (described.success) checkSecrets(entry.secret, described.data, context);
    });
  const { title, docs, steps } = generic;
  return describedSource({
    name,
    title,
    docs,
    setup: steps,
    eventTypes: [],
    samples: [{ name: 'hello', kind: null, body: hello }],
    settings,
    description: (entry) => ({
      descriptor: read(entry ?? unsaid).data ?? example,
      handshakes: [],
      body: entry?.body ?? 'json',
      form_field: entry?.form_field,
      batch: entry?.batch ?? false,
      event_type: entry?.event_type,
      event_id: entry?.event_id,
      occurred_at: entry?.occurred_at,
    }),
  });
}

/** Those of an entry's settings that belong to its method. */
const picked = (entry: object, shape: object): object =>
  Object.fromEntries(Object.entries(entry).filter(([key, value]) => key in shape && value !== undefined));

const hello = ({ id, now }: { readonly id: string; readonly now: Date }): Json => ({
  id,
  type: 'hello',
  created_at: now.toISOString(),
  user: { id: 'usr_1a2b3c4d5e', email: 'ada@example.com', name: 'Ada Lovelace' },
});
