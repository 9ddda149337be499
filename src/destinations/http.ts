import { z } from 'zod';
import { defined } from '../model/defined.ts';
import type { Json, JsonObject } from '../model/json.ts';
import {
  baseUrl,
  type CommonSettings,
  commonSettings,
  defineDestination,
  methods,
  type Templated,
  type TranslateContext,
} from './destination.ts';
import { headerValue } from './header-value.ts';
import { answerRules, readByRules } from './http-answers.ts';
import { withFilledIn } from './http-filled-in.ts';
import { headerName, headersOf, headerText } from './http-headers.ts';
import { builtRequest, checkRequest, requestPath, withPathJoined } from './http-request.ts';

const expression = (error: string) => z.string().startsWith('=', { error });
const methodError = `must be one of ${methods.join(', ')}, or an expression`;
const headerError = 'must be one line of printable ASCII, or an expression';
/** What begins with == is a text all the same, as a variable may hold one. */
const headerExpression = expression(headerError).refine(
  (text) => !text.startsWith('==') || headerText.safeParse(text).success,
  { error: headerError },
);
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'must be one text, number or expression' });

/** Part of the address that is known to nobody else. */
const secretPath = z
  .string()
  .regex(/^(?:\/[\w.~:@-]+)*\/?$/, 'must be a path of letters, digits and -._~:@, as in /services/T000/B000/XXXX')
  .refine((path) => !/\/\.{1,2}(?:\/|$)/.test(path), { error: 'must have no . or .. in it' })
  .transform((path) => path.replace(/\/$/, ''));

const authNames = ['none', 'bearer', 'basic', 'header'] as const;

const settings = z.strictObject({
  type: z.literal('http').meta({ description: 'Any HTTP API: the request is written here.' }),
  url: baseUrl('').meta({
    description: 'Base URL: scheme, host and what every path begins with. Never an expression.',
  }),
  method: z
    .union([z.enum(methods), expression(methodError)], { error: methodError })
    .default('POST')
    .meta({ description: `${methods.join(', ')}, or an expression for one of them.` }),
  path: z
    .union([requestPath, z.array(scalar)], {
      error: 'must be a path as in /v1/events, or a list of its segments, as in [v1, users, =$event.user.id]',
    })
    .default('')
    .meta({
      description:
        'What is added to url: a text as in /v1/events, or a list of segments, each of which is percent-encoded.',
    }),
  query: z
    .record(z.string(), z.union([scalar, z.array(scalar)]))
    .optional()
    .meta({ description: 'The query: a text, number or expression for each name, or a list of them.' }),
  headers: headersOf(z.union([headerExpression, headerText, z.number(), z.boolean()], { error: headerError }))
    .optional()
    .meta({ description: 'Headers: a text, number or expression for each name. Credentials belong to auth.' }),
  body: z.unknown().optional().meta({
    description: 'The body: a block is sent as JSON or, with the content type of one, as a form; a text as it is.',
  }),
  id_header: z
    .union([z.literal(''), headerName.refine((name) => name !== 'authorization', { error: 'has the credentials' })])
    .default('idempotency-key')
    .meta({ description: 'Header with the id that is the same in every copy of a delivery; empty: none.' }),
  auth: z
    .enum(authNames)
    .default('none')
    .meta({ description: 'How it is called: bearer and header take token, basic takes username and password.' }),
  auth_header: headerName
    .default('x-api-key')
    .meta({ description: 'The header that has the token, with auth: header.' }),
  token: headerValue.optional().meta({ description: 'The token of auth bearer or header.' }),
  username: z
    .string()
    .regex(/^[^:]*$/, 'must have no colon')
    .optional()
    .meta({ description: 'The name of auth basic.' }),
  password: z.string().optional().meta({ description: 'The password of auth basic.' }),
  secret_path: secretPath.optional().meta({
    description:
      'What of the path is a credential, as in /services/T000/B000/XXXX: between url and path, and never shown.',
  }),
  answers: answerRules,
  ...commonSettings,
});

type Settings = z.output<typeof settings> & Pick<CommonSettings, 'filledIn'>;

/** The request as it was written, with the id; every text in it is a template's. */
function translate(_event: unknown, { settings }: TranslateContext<Settings>): Templated {
  const { method, path, query, headers, body, id_header } = settings;
  const template: JsonObject = {
    method,
    path,
    query,
    headers: { ...(id_header === '' ? {} : { [id_header]: '=$id' }), ...(headers as JsonObject | undefined) },
    body: body as Json | undefined,
  };
  return {
    template: defined(template),
    frame: ['method', 'path', 'headers'],
    fixed: ['path'],
    assembled: withPathJoined,
  };
}

const basic = ({ username = '', password = '' }: Settings): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

function credentials(given: Settings): Readonly<Record<string, string>> {
  const { auth, auth_header, token = '' } = given;
  switch (auth) {
    case 'none':
      return {};
    case 'bearer':
      return { authorization: `Bearer ${token}` };
    case 'basic':
      return { authorization: `Basic ${basic(given)}` };
    case 'header':
      return { [auth_header]: token };
  }
}

function requiredBy({ auth }: Settings): readonly string[] {
  switch (auth) {
    case 'none':
      return [];
    case 'bearer':
    case 'header':
      return ['token'];
    case 'basic':
      return ['username', 'password'];
  }
}

export const http = defineDestination<Settings, Templated>({
  name: 'http',
  title: 'Any HTTP API',
  docs: 'docs/any-destination.md',
  transport: 'http',
  settings,
  secrets: ['token', 'password', 'secret_path'],
  secretForms: (given) => [
    ...(given.auth === 'basic' ? [basic(given)] : []),
    ...(given.filledIn ?? []).flatMap(({ value, held }) => [value, ...held]),
  ],
  required: ['url'],
  requiredBy,
  templates: ['method', 'path', 'query', 'headers', 'body'],
  filledWhenSent: ['query', 'headers', 'body'],
  sample: settings.parse({
    type: 'http',
    url: 'https://api.example.com',
    path: '/events',
    auth: 'bearer',
    token: 'api-example-token',
    secret_path: '',
    password: '',
    body: {
      id: '=$id',
      event: '=$event.name',
      type: '=$event.type',
      user: '=$event.user.id',
      time: '=$event.timestamp',
      attributes: '=$event.attributes',
    },
  }),
  keepNullUnder: ['body'],
  joins: false,
  translate,
  check: checkRequest,
  request: ([payload = '{}'], given) =>
    builtRequest(withFilledIn(payload, given.filledIn), {
      base: given.url + (given.secret_path ?? ''),
      headers: credentials(given),
    }),
  read: (answer, _payloads, { answers }) => readByRules(answer, answers),
});
