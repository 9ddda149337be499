import { z } from 'zod';
import { descriptor } from '../verify/descriptor.ts';
import { requestExpression as expression, requestValue, sampleText } from './value.ts';

/** Where a type stands in many a body: as the type of every event it would be a slip of the pen. */
const nameOfField = /^(\$\w.*|(\w+\.)?(event_?)?(type|name|topic|event)|action|kind)$/i;

const eventType = requestValue.superRefine((text, context) => {
  if (!nameOfField.test(text)) return;
  const params = { hint: `write =${text} for what the body says there` };
  context.addIssue({ code: 'custom', message: 'is a text, which would be the type of every event', params });
});

/** The same for every event, all but the first would be taken for copies of it. */
const perEvent = requestValue.superRefine((text, context) => {
  if (text.startsWith('=') && !text.startsWith('==')) return;
  const params = { hint: `write an expression, as in =${text.replace(/^=+/, '')}` };
  context.addIssue({ code: 'custom', message: 'is a text, which would be the same for every event', params });
});

/** The shape of a preset: one file of `presets/` for each sender that data can describe. */

/** Settings of a source that say what its events are. */
export const eventExpressions = {
  event_type: eventType.optional().meta({
    description:
      'The type of an event: a text, or an expression over the body with $headers, $query and $kind, as `=type`. Without it the last part of the URL.',
  }),
  event_id: perEvent.optional().meta({
    description:
      'What is the same whenever the sender repeats an event, as `=id`; a list stands for all of its values. Without it the exact body.',
  }),
  occurred_at: perEvent.optional().meta({
    description: 'When it happened: ISO 8601, or seconds or milliseconds since 1970. Without it the time of receipt.',
  }),
};

export const bodySettings = {
  body: z
    .enum(['json', 'form'])
    .default('json')
    .meta({ description: 'How the body is written; a form becomes an object of its fields.' }),
  form_field: z
    .string()
    .min(1)
    .max(60)
    .optional()
    .meta({ description: 'form: the field whose JSON is the body, as `payload`.' }),
  batch: z.union([z.boolean(), expression]).default(false).meta({
    description:
      'true: a body that is a list holds one event in each element. An expression: where that list is in the body, as `=events`.',
  }),
};

/** What settings of the body have to agree on. */
export function checkBody(
  { body, form_field }: { readonly body: string; readonly form_field?: string | undefined },
  context: z.core.$RefinementCtx,
): void {
  if (body === 'form' || form_field === undefined) return;
  const params = { hint: 'write body: form, or remove form_field:' };
  context.addIssue({ code: 'custom', path: ['form_field'], message: 'belongs to a form', params });
}

/** What a sender asks before it sends, and how it is answered; nothing of it is stored. */
const handshake = z
  .strictObject({
    method: z.enum(['GET', 'POST']),
    when: expression.optional(),
    /** What has to be right before anything is answered. */
    proof: z.enum(['signature', 'token', 'none']),
    /** proof token: what has to equal the setting `verify_token`. */
    token: expression.optional(),
    status: z.union([z.literal(200), z.literal(204)]).default(200),
    /** Answered as plain text. */
    text: expression.optional(),
    /** Answered as JSON; `{ hmac: =… }` is the HMAC-SHA256 of a text under the secret, in hex. */
    json: z.record(z.string(), z.union([expression, z.strictObject({ hmac: expression })])).optional(),
    /** Answered in headers. */
    headers: z.record(z.string().regex(/^x-[a-z-]{1,40}$/), expression).optional(),
    /** The secret that the sender tells in it, and that the operator has to set. */
    secret: expression.optional(),
  })
  .refine(({ proof, token }) => (proof === 'token') === (token !== undefined), {
    path: ['token'],
    error: 'belongs to proof: token',
  })
  .refine(
    ({ proof, json = {} }) => proof === 'signature' || Object.values(json).every((value) => typeof value === 'string'),
    {
      path: ['json'],
      error: 'gives an HMAC to whoever asks: that needs proof: signature',
    },
  )
  .refine(({ text, json }) => text === undefined || json === undefined, {
    path: ['json'],
    error: 'stands beside text',
  });

const sample = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,80}$/),
  /** The last part of the URL, for senders whose requests name no type. */
  kind: z
    .string()
    .regex(/^[a-z0-9_]{1,64}$/)
    .nullable()
    .default(null),
  /** Of the sender's own, as the one that names the event; not those of its signature. */
  headers: z.record(z.string(), sampleText).default({}),
  body: z.json(),
});

const presetGroups = [
  'payments',
  'shops',
  'people',
  'meetings',
  'forms',
  'marketing',
  'messages',
  'support',
  'work',
  'code',
  'media',
  'any',
] as const;

export const presetFile = z.strictObject({
  title: z.string().min(1).max(60),
  /** What people use the sender for; documents list the presets by it. */
  group: z.enum(presetGroups),
  /** Where the sender documents its signature. */
  docs: z.url({ protocol: /^https$/ }),
  /** What to do at the sender: `<url>` is our endpoint, `<local>` its address on this machine. */
  setup: z.array(z.string().min(1)).min(2),
  /** What surprises, in a sentence each. */
  notes: z.array(z.string().min(1)).default([]),
  secret: z.strictObject({
    /** What the secret is and where it is found. */
    description: z.string().min(1),
    /** The environment variable that the examples name. */
    variable: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  }),
  verify: descriptor,
  ...bodySettings,
  ...eventExpressions,
  /** Those that the sender is known to send, for suggestions. */
  event_types: z.array(z.string().min(1)).default([]),
  /** The sender never sends again what was not taken. */
  sends_once: z.boolean().default(false),
  handshake: z.array(handshake).default([]),
  /** What a request is answered with; some senders take JSON for an instruction. */
  answer: z.enum(['json', 'empty']).default('json'),
  samples: z.array(sample).min(1),
});

export type PresetFile = z.output<typeof presetFile>;
export type Handshake = PresetFile['handshake'][number];
