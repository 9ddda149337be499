import { z } from 'zod';
import { checkSigned } from './descriptor-checks.ts';
import { timestampFormats } from './timestamp.ts';

/**
 * How a sender proves that a request is its own, as data: what stands in a preset's `verify:` and, without `method`,
 * beside `type: hmac` and the like in gateway.yaml.
 */

/** Header names have no case. */
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, { error: 'must be the name of a header' })
  .transform((name) => name.toLowerCase());

/** Of a key or a tag: none of them stands in a signature, whichever way it is written. */
const word = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, { error: 'must be a word of letters and digits' });
const inside = (fallback: string) =>
  z
    .string()
    .regex(/^[=:,]$/, { error: 'must be =, : or a comma' })
    .default(fallback);

const signatureStyles = ['plain', 'key_value', 'list', 'positional'] as const;

/** For those who write the header alone. */
const signatureError = ({ code, input }: z.core.$ZodRawIssue): string | undefined =>
  code === 'invalid_type' && typeof input === 'string' ? 'must be a block, as in { header: X-Signature }' : undefined;

const signature = z
  .strictObject(
    {
      header: headerName.meta({ description: 'The header with the signature.' }),
      style: z.enum(signatureStyles).default('plain').meta({
        description:
          '`plain`: the signature alone, perhaps behind a prefix. `key_value`: pairs, as in `t=…,v1=…`. `list`: tagged signatures, as in `v1,… v1,…`. `positional`: the time, then signatures.',
      }),
      prefix: z
        .string()
        .max(40)
        .optional()
        .meta({ description: 'plain: what stands before the signature, as `sha256=`.' }),
      numbered: z
        .boolean()
        .default(false)
        .meta({ description: 'plain: the header comes as <header>1, <header>2, … and one match is enough.' }),
      key: word.optional().meta({ description: 'key_value: the key of the signatures, as `v1`.' }),
      key_separator: inside('=').meta({ description: 'key_value: between a key and its value.' }),
      tag: word.optional().meta({ description: 'list: the tag of the signatures that count, as `v1`.' }),
      tag_separator: inside(',').meta({ description: 'list: between a tag and its signature.' }),
      separator: z
        .string()
        .regex(/^([,;|&] ?| )$/, { error: 'must be a comma, ;, | or & (perhaps with a space behind it), or a space' })
        .optional()
        .meta({ description: 'Between the elements; a comma, and in a list a space, where nothing is said.' }),
    },
    { error: signatureError },
  )
  .meta({ description: 'Where the signature stands, and in which form.' });

const timestamp = z
  .strictObject({
    header: headerName.optional().meta({ description: 'The header with the time.' }),
    key: word
      .optional()
      .meta({ description: 'key_value: the key of the time in the header of the signature, as `t`.' }),
    format: z
      .enum(timestampFormats)
      .default('unix_s')
      .meta({ description: 'How the time is written; `unix` takes seconds and milliseconds.' }),
    tolerance_s: z.int().min(1).max(86_400).default(300).meta({ description: 'How old a request may be, in seconds.' }),
    future_tolerance_s: z
      .int()
      .min(0)
      .max(86_400)
      .optional()
      .meta({ description: 'How far ahead its time may be, in seconds; as old as it may be where nothing is said.' }),
  })
  .meta({ description: 'The time of the request, which the signature has to cover.' });

/** What every method that signs has. */
const signed = {
  encoding: z
    .enum(['hex', 'base64', 'base64url'])
    .default('hex')
    .meta({ description: 'How the signature is written.' }),
  signature,
  timestamp: timestamp.optional(),
  id_header: headerName.optional().meta({ description: 'The header that is `{id}` in `signed`.' }),
  signed: z.string().max(200).default('{body}').meta({
    description:
      'What is signed: text with {body}, {timestamp}, {id}, {url}, {method}, {form_sorted} (the fields of a form, sorted and joined), for `hash` {secret}.',
  }),
  percent_decode: z
    .array(z.string().regex(/^%[2-7][0-9A-F]$/, { error: 'must be the escape of an ASCII character, such as %3A' }))
    .min(1)
    .optional()
    .meta({ description: 'Escapes of the URL that the sender writes out before it signs, as `%3A`.' }),
  require_headers: z
    .record(headerName, z.string().min(1))
    .optional()
    .meta({ description: 'Headers that have to be there with exactly this value.' }),
};

const hashed = {
  algorithm: z.enum(['sha1', 'sha256', 'sha384', 'sha512']).default('sha256').meta({ description: 'The hash.' }),
};

const keyed = {
  secret_encoding: z
    .enum(['utf8', 'base64', 'hex'])
    .default('utf8')
    .meta({ description: 'How the secret stands for the bytes of the key.' }),
};

const secretPrefix = {
  secret_prefix: z
    .string()
    .min(1)
    .max(20)
    .optional()
    .meta({ description: 'What is taken off the secret before it is decoded, as `whsec_`.' }),
};

/** The settings of each method, without its name. */
export const methodSettings = {
  hmac: { ...signed, ...hashed, ...keyed, ...secretPrefix },
  hash: { ...signed, ...hashed },
  ed25519: { ...signed, ...secretPrefix },
  ecdsa_p256: { ...signed, ...secretPrefix },
  token: {
    header: headerName.meta({ description: 'The header that carries the secret itself.' }),
    prefix: z
      .string()
      .max(40)
      .superRefine((prefix, context) => {
        if (!/^(bearer|basic|token|apikey)$/i.test(prefix)) return;
        const params = { hint: `write prefix: "${prefix} "` };
        context.addIssue({ code: 'custom', message: 'lacks the space between it and the secret', params });
      })
      .optional()
      .meta({ description: 'What stands before the secret, as `Bearer `.' }),
  },
  basic: {},
  secret_url: {
    query: z
      .string()
      .regex(/^[\w.-]{1,40}$/, { error: 'must be the name of a query parameter' })
      .default('secret')
      .meta({ description: 'The query parameter of the URL that carries the secret.' }),
  },
} as const;

export type Method = keyof typeof methodSettings;

const described = <M extends Method>(method: M) =>
  z.strictObject({ method: z.literal(method), ...methodSettings[method] });

export const descriptor = z
  .discriminatedUnion('method', [
    described('hmac').superRefine(checkSigned),
    described('hash').superRefine(checkSigned),
    described('ed25519').superRefine(checkSigned),
    described('ecdsa_p256').superRefine(checkSigned),
    described('token'),
    described('basic'),
    described('secret_url'),
  ])
  .meta({ description: 'How a request proves that it is the sender’s.' });

export type Descriptor = z.output<typeof descriptor>;
export type SignedDescriptor = Extract<Descriptor, { signature: unknown }>;

/** A descriptor of our own sources, with what it leaves unsaid filled in. */
export const signedDescriptor = (
  written: Extract<z.input<typeof descriptor>, { signature: unknown }>,
): SignedDescriptor => descriptor.parse(written) as SignedDescriptor;
