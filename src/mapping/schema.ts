import { z } from 'zod';
import { canonicalTypes } from '../model/canonical-event.ts';
import type { Json } from '../model/json.ts';
import { lookupEntry } from './lookup-schema.ts';

/** The shape of a mapping file, version 1. A string that starts with `=` is an expression wherever a template may stand. */

const template: z.ZodType<Json> = z.json();
const text = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'must be one text, number or expression',
});
const block = z.record(z.string(), template);

/** Either of the two shapes, or an expression for the whole; said in one sentence whatever is wrong with the value. */
const orExpression = <T extends z.ZodType>(other: T, error: string) =>
  z.union([other, z.string().startsWith('=', { error })], { error });
const keysOrExpression = <T extends z.ZodType>(keys: T) =>
  orExpression(keys, 'must be a block of keys or one expression that starts with =');
const blockOrExpression = keysOrExpression(block);
/** A condition without its `=` is a text, and a text is never true: the mapping would skip everything without a word. */
const condition = orExpression(z.boolean(), 'must be an expression that starts with =');

/** Names of sources and destinations in gateway.yaml; also a segment of our URLs. */
export const resourceName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, {
  error: 'must be lower-case letters, digits, - or _, and start with a letter or digit',
});

const kindName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, {
  error: 'must be lower-case letters, digits or _, and start with a letter',
});
const always = ['user_id', 'anonymous_id'];
const stitchedKind = kindName.refine((kind) => !always.includes(kind), {
  error: 'is always linked',
  params: { hint: 'name only the other kinds, such as email, phone or stripe_customer' },
});
/** Those that the canonical user has fields for are taken from there. */
const ownKind = kindName.refine((kind) => ![...always, 'email', 'phone'].includes(kind), {
  error: 'is taken from event.user',
  params: { hint: 'set it in event.user' },
});
/** 10 s to 24 h. */
const holdTime = z.string().refine((text) => holdMs(text) >= 10_000 && holdMs(text) <= 86_400_000, {
  error: 'must be a time from 10s to 24h',
  params: { hint: 'write seconds, minutes or hours: 30s, 10m or 2h' },
});

/** `30s`, `10m` or `2h` in milliseconds; not a number for anything else. */
export function holdMs(text: string): number {
  const [, count, unit] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
  return Number(count) * ({ s: 1_000, m: 60_000, h: 3_600_000 }[unit ?? ''] ?? Number.NaN);
}

const userBlock = z.strictObject({
  id: text.optional().meta({ description: 'Your own id of the user.' }),
  anonymous_id: text.optional().meta({ description: 'The id the analytics script gave the browser.' }),
  email: text.optional().meta({ description: 'E-mail address.' }),
  phone: text.optional().meta({ description: 'Phone number, best as $e164(…).' }),
  name: text.optional().meta({ description: 'Full name.' }),
  first_name: text.optional().meta({ description: 'First name.' }),
  last_name: text.optional().meta({ description: 'Last name.' }),
  created_at: text.optional().meta({ description: 'When the user was created: seconds, milliseconds or ISO 8601.' }),
  previous_id: text.optional().meta({ description: 'For type alias: the id that is merged into `id`.' }),
  fallback_id: text.optional().meta({
    description: 'Stands in for `id` where neither the event nor a link knows one: an e-mail, a customer number.',
  }),
  fallback_anonymous_id: text.optional().meta({
    description: 'Stands in for `anonymous_id` where neither the event nor a link knows one; best as $stableId(…).',
  }),
  traits: blockOrExpression.optional().meta({ description: 'Anything else known of the user.' }),
});

const companyBlock = z.strictObject({
  id: text.optional().meta({ description: 'Your own id of the company.' }),
  name: text.optional().meta({ description: 'Name of the company.' }),
  created_at: text.optional().meta({ description: 'When the company was created: seconds, milliseconds or ISO 8601.' }),
  traits: blockOrExpression.optional().meta({ description: 'Anything else known of the company.' }),
});

const contextBlock = z.strictObject({
  ip: text.optional().meta({ description: "The visitor's address (never the sender's)." }),
  user_agent: text.optional().meta({ description: "The visitor's browser." }),
  url: text.optional().meta({ description: 'The page it happened on.' }),
  title: text.optional().meta({ description: "The page's title." }),
  referrer: text.optional().meta({ description: 'Where the visitor came from.' }),
  locale: text.optional().meta({ description: 'Language, as in en-US.' }),
  timezone: text.optional().meta({ description: 'Time zone, as in Europe/London.' }),
  campaign: blockOrExpression.optional().meta({ description: 'source, medium, name, term, content; see $utm.' }),
  device: blockOrExpression.optional().meta({ description: "Segment's context.device." }),
  os: blockOrExpression.optional().meta({ description: "Segment's context.os." }),
  app: blockOrExpression.optional().meta({ description: "Segment's context.app." }),
});

const eventBlock = z.strictObject({
  type: text.optional().meta({ description: `One of ${canonicalTypes.join(', ')}; default track.` }),
  name: text.optional().meta({ description: 'Name of the event; required for track.' }),
  id: text.optional().meta({
    description: "The sender's id of what happened: the same id never counts twice where the vendor deduplicates.",
  }),
  timestamp: text
    .optional()
    .meta({ description: 'When it happened: seconds, milliseconds or ISO 8601; default: as the source says.' }),
  user: keysOrExpression(userBlock).optional().meta({ description: 'Who it is about.' }),
  company: keysOrExpression(companyBlock).optional().meta({ description: 'The company it is about.' }),
  attributes: blockOrExpression.optional().meta({ description: 'What else is known of the event.' }),
  revenue: keysOrExpression(
    z.strictObject({
      amount: text.meta({ description: 'In major units: 29 for USD 29.00; negative for a refund.' }),
      currency: text.optional().meta({ description: 'ISO code, as in USD.' }),
    }),
  )
    .optional()
    .meta({ description: 'amount in major units and currency; see $money.' }),
  context: keysOrExpression(contextBlock).optional().meta({ description: 'The visit it belongs to.' }),
  category: text.optional().meta({ description: "Segment's category of a page." }),
  integrations: template.optional().meta({ description: "Segment's integrations, passed through." }),
  identifiers: z.record(ownKind, text).optional().meta({
    description: 'What else points at the person, by kind: stripe_customer, hubspot_contact, kinds of your own.',
  }),
});

const destinationBlock = z
  .strictObject({
    when: condition.optional().meta({ description: 'Send here only when this is exactly true.' }),
    merge: block
      .optional()
      .meta({ description: 'Changes on top of the standard translation; a literal null removes a field.' }),
    payload: blockOrExpression
      .optional()
      .meta({ description: 'The whole payload, instead of the standard translation.' }),
  })
  .refine((value) => value.merge === undefined || value.payload === undefined, {
    error: 'takes merge or payload, not both',
    params: {
      hint: 'keep merge: for changes on top of the standard translation, payload: for a whole payload of your own',
    },
  });

const expectedPayload = z.union([z.literal('skipped'), block], { error: 'must be skipped, or a block of keys' });

const mappingTest = z
  .strictObject({
    name: z.string().min(1).meta({ description: 'What the test shows, as a sentence.' }),
    given: z.union([z.string(), block]).meta({ description: 'The body: a file beside the mapping, or written here.' }),
    change: template.optional().meta({ description: 'Merged into the body first; null removes a key.' }),
    type: z.string().optional().meta({ description: "The event's type where the body does not tell (CallRail)." }),
    lookup: z.record(z.string(), template).optional().meta({
      description: 'What each lookup finds: a file beside the mapping, a value written here, or (absent).',
    }),
    headers: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'Request headers, for mappings that read $headers.' }),
    expect: z
      .union([z.literal('skipped'), z.record(z.string(), expectedPayload)], {
        error: 'must be skipped, or a map from destination to what its payload contains',
      })
      .optional()
      .meta({
        description: 'Per destination what the payload must contain; (absent) for what it must not; or skipped.',
      }),
    linked: z
      .strictObject({
        user_id: z.string().min(1).optional().meta({ description: 'The user that the links lead to.' }),
        anonymous_id: z.string().min(1).optional().meta({ description: 'The visitor that the links lead to.' }),
      })
      .optional()
      .meta({ description: 'What earlier events have linked to the identifiers of this one.' }),
    expect_exactly: z.record(z.string(), block).optional().meta({ description: 'Per destination the whole payload.' }),
  })
  .refine((test) => test.expect !== undefined || test.expect_exactly !== undefined, {
    error: 'expects nothing; add expect or expect_exactly',
    params: { hint: 'add  expect: skipped  or  expect: { <destination>: { … } }' },
  });

const destinationList = z
  .array(resourceName)
  .min(1, { error: 'names no destination' })
  .superRefine((names, context) => {
    const index = names.findIndex((name, at) => names.indexOf(name) !== at);
    const [message, hint] = ['is named a second time', 'keep one of the two'];
    if (index !== -1) context.addIssue({ code: 'custom', path: [index], message, params: { hint } });
  });
const destinationMap = z
  .record(resourceName, destinationBlock.nullable())
  .refine((map) => Object.keys(map).length > 0, { error: 'names no destination' });
const destinationsBlock = z.union([destinationList, destinationMap], {
  error: 'must be a list of destinations, or a map with changes for each',
});

/** True when some destination relies on the standard translation of a canonical event. */
function needsEvent(destinations: z.output<typeof destinationsBlock>): boolean {
  return Array.isArray(destinations) || Object.values(destinations).some((settings) => settings?.payload === undefined);
}

const variableName = z.string().regex(/^[A-Za-z_]\w*$/, { error: 'must be a plain word' });

export const mappingFile = z
  .strictObject({
    version: z.literal(1, { error: 'must be 1' }).meta({ description: 'Version of the format.' }),
    name: z.string().min(1).meta({ description: 'Shown to people.' }),
    description: z.string().optional().meta({ description: 'Shown to people.' }),
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: 'false: the file is checked and tested, but maps nothing.' }),
    source: resourceName.meta({ description: 'A source of gateway.yaml.' }),
    events: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
        error: 'must be one event type or a list of them',
      })
      .default('*')
      .meta({ description: 'Event type or types; * stands for anything. Default: all.' }),
    when: condition.optional().meta({ description: 'Runs only when this is exactly true.' }),
    lookup: z
      .record(variableName, lookupEntry(resourceName))
      .optional()
      .meta({ description: "Asked of a source's API, each known as $name afterwards." }),
    let: z.record(variableName, template).optional().meta({ description: 'Named values, in order; $name afterwards.' }),
    for_each: z
      .string()
      .startsWith('=', { error: 'must be an expression that starts with =' })
      .optional()
      .meta({ description: 'A list: one event per item, as $item and $index.' }),
    event: keysOrExpression(eventBlock).optional().meta({ description: 'The canonical event.' }),
    stitch: z
      .array(stitchedKind)
      .min(1, { error: 'names no kind' })
      .refine((kinds) => new Set(kinds).size === kinds.length, { error: 'names a kind twice' })
      .optional()
      .meta({
        description:
          'Kinds of identifiers that are remembered with user_id and anonymous_id, and that fill in whichever is missing.',
      }),
    hold: z
      .strictObject({ for: holdTime.meta({ description: 'At most this long after it arrived: 30s, 10m, 2h.' }) })
      .optional()
      .meta({ description: 'An event that is linked to nobody yet waits for a link, then goes as it is.' }),
    destinations: destinationsBlock.meta({
      description: 'Where it goes: a list of destinations, or a map with changes for each.',
    }),
    tests: z.array(mappingTest).optional().meta({ description: 'Examples that `hookstitch test` runs.' }),
  })
  .refine((file) => file.event !== undefined || !needsEvent(file.destinations), {
    path: ['event'],
    error: 'is missing; only a destination with its own payload needs none',
  })
  .superRefine(checkStitch)
  .superRefine(checkLookupNames);

interface Stitching {
  readonly stitch?: readonly string[] | undefined;
  readonly hold?: unknown;
  readonly event?: unknown;
}

/** A kind that is fed and not stitched, or the other way round, is a slip of the pen that would show nowhere. */
function checkStitch({ stitch, hold, event }: Stitching, context: z.RefinementCtx): void {
  const refuse = (path: readonly (string | number)[], message: string, hint: string): void =>
    context.addIssue({ code: 'custom', path: [...path], message, params: { hint } });
  if (hold !== undefined && stitch === undefined)
    refuse(['hold'], 'waits for nothing without stitch', 'add  stitch: [email, phone]');
  if (typeof event !== 'object' || event === null) return;
  const identifiers = Object.keys(('identifiers' in event && event.identifiers) || {});
  for (const kind of identifiers.filter((each) => stitch?.includes(each) !== true))
    refuse(['event', 'identifiers', kind], 'is not in stitch, so it links nothing', `add ${kind} to stitch`);
  const fed = [...identifiers, 'email', 'phone'];
  for (const [index, kind] of (stitch ?? []).entries())
    if (![...fed, ...always].includes(kind))
      refuse(['stitch', index], 'is a kind that the event says nothing of', `set event.identifiers.${kind}`);
}

interface Naming {
  readonly lookup?: object | undefined;
  readonly let?: object | undefined;
}

function checkLookupNames({ lookup, let: lets }: Naming, context: z.RefinementCtx): void {
  for (const name of Object.keys(lookup ?? {}).filter((known) => Object.hasOwn(lets ?? {}, known)))
    context.addIssue({
      code: 'custom',
      path: ['let', name],
      message: 'is the name of a lookup already',
      params: { hint: 'give one of the two another name' },
    });
}

export type MappingFile = z.output<typeof mappingFile>;
export type MappingTest = z.output<typeof mappingTest>;
