import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import {
  bodyOf,
  type Call,
  dropped,
  type Fate,
  filled,
  type Judge,
  type Judgement,
  readJson,
  received,
  refuse,
} from './judgement.ts';
import { type StandIn, serveStandIn } from './stand-in.ts';

export interface VemetricStandInOptions {
  readonly token: string;
  /** The project's own domain: an outbound link to it is ignored. */
  readonly domain?: string;
  /** Addresses the project does not want to hear of. */
  readonly excludedIps?: readonly string[];
}

/** A stand-in for Vemetric's hub, whose success and silence look the same: 200 with an empty body. */
export const startVemetric = (options: VemetricStandInOptions): Promise<StandIn> =>
  serveStandIn('vemetric', createJudge(options));

function createJudge(options: VemetricStandInOptions): Judge {
  const knownPeople = new Set<string>();
  return (call) => {
    const isValid = schemas[call.path];
    if (call.method !== 'POST' || isValid === undefined) {
      return refuse(call, 'not_found', { status: 404, body: '404 Not Found' });
    }
    // The hub looks for bots before it looks at the token.
    if (isBot(call)) return silence(dropped(bodyOf(call), 'bot'));
    const body = readJson(call.text);
    const object = isJsonObject(body) ? body : undefined;
    if ((call.headers.token ?? object?.Token) !== options.token) {
      return refuse(call, 'unauthorized', { status: 401, body: '' });
    }
    if (body === undefined) return refuse(call, 'not_json', { status: 400, body: 'Malformed JSON in request body' });
    if (!isTypedJson(call) || object === undefined || !isValid(object)) {
      return refuse(call, 'schema', { status: 400, body: 'Invalid!' });
    }
    return judgeBody(call, object, { ...options, knownPeople });
  };
}

const isTypedJson = ({ headers }: Call): boolean => headers['content-type']?.startsWith('application/json') ?? false;

const silence = (fate: Fate): Judgement => ({ answer: { status: 200, body: '' }, fates: [fate] });

interface Project extends VemetricStandInOptions {
  readonly knownPeople: Set<string>;
}

function judgeBody(call: Call, body: JsonObject, project: Project): Judgement {
  const { name } = body;
  if ((name === '$$pageView' || name === '$$outboundLink') && body.url === undefined) {
    return refuse(call, 'missing_url', { status: 400, body: `Missing URL for ${name} event` });
  }
  // No browser has talked to this stand-in, so there is never a session to leave and never a cookie to know a user by.
  if (call.path === '/l') return refuse(call, 'no_session', { status: 401, body: 'Session has not started' });
  if (call.path === '/u' && call.headers['allow-cookies'] === 'true' && typeof body.userIdentifier !== 'string') {
    return refuse(call, 'no_user', { status: 400, body: 'No user found' });
  }
  const reason = ignoredBecause(call, body, project) ?? lostData(body);
  return silence(reason === undefined ? attribute(call, body, project.knownPeople) : dropped(body, reason));
}

type Check = (value: Json | undefined) => boolean;

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isText: Check = (value) => typeof value === 'string';
const isFilled: Check = (value) => filled(value) !== null;
const isAbsoluteUrl: Check = (value) => typeof value === 'string' && URL.canParse(value);
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText);

const matches =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isJsonObject(value) && Object.entries(shape).every(([key, check]) => check(value[key]));

const isUserData = matches({
  set: optional(isJsonObject),
  setOnce: optional(isJsonObject),
  unset: optional(isTextList),
});

/** Unknown keys are stripped; null is not the same as absent. */
const schemas: Readonly<Record<string, Check>> = {
  '/e': matches({
    name: isFilled,
    url: optional(isAbsoluteUrl),
    contextId: optional(isText),
    identifier: optional(isText),
    displayName: optional(isText),
    customData: optional(isJsonObject),
    userData: optional(isUserData),
  }),
  '/i': matches({
    identifier: isFilled,
    displayName: optional(isText),
    avatarUrl: optional(isText),
    data: optional(isUserData),
  }),
  '/u': matches({ displayName: optional(isText), avatarUrl: optional(isText), data: optional(isUserData) }),
  '/l': matches({}),
};

/** The gist of the 807 expressions of Matomo's device detector that the hub asks; case matters there too. */
const botUserAgent = /^node$|^HubSpot|([Bb]ot|fetch|checker|monitor|proxy|[Cc]rawler|[Ss]pider)(?![A-Za-z-])/;

const isBot = ({ headers }: Call): boolean =>
  botUserAgent.test(headers['user-agent'] ?? '') || headers['cf-verified-bot'] === 'true';

function ignoredBecause({ headers }: Call, body: JsonObject, project: Project): string | undefined {
  const [ip] = (headers['x-client-ip'] ?? headers['x-forwarded-for'] ?? '').split(',');
  if (headers.purpose === 'prefetch') return 'prefetch';
  if (project.excludedIps?.includes(ip?.trim() ?? '')) return 'excluded_ip';
  if (filled(body.url)?.startsWith('https://gtm-msr')) return 'tag_manager_preview';
  return body.name === '$$outboundLink' && leadsTo(project.domain, body.customData) ? 'own_link' : undefined;
}

function leadsTo(domain: string | undefined, customData: Json | undefined): boolean {
  const href = isJsonObject(customData) ? filled(customData.href) : null;
  const host = href === null ? undefined : URL.parse(href)?.hostname;
  return domain !== undefined && (host === domain || host?.endsWith(`.${domain}`) === true);
}

/** Attributes outside of set, setOnce and unset are stripped: the update is stored as nothing. */
function lostData(body: JsonObject): string | undefined {
  const data = body.data ?? body.userData;
  if (!isJsonObject(data)) return undefined;
  const keys = Object.keys(data);
  const isFlat = keys.length > 0 && !keys.some((key) => ['set', 'setOnce', 'unset'].includes(key));
  return isFlat ? 'data_outside_set' : undefined;
}

/** Only the string `userIdentifier` makes sure whose event it is; everything else ends at the sender's own visitor. */
function attribute(call: Call, body: JsonObject, knownPeople: Set<string>): Fate {
  const { userIdentifier, identifier } = body;
  const person = filled(userIdentifier);
  if (person !== null) {
    knownPeople.add(person);
    return received(body, { dedupeId: null, person });
  }
  if (userIdentifier !== undefined) return dropped(body, 'shared_visitor', 'userIdentifier is not a filled string');
  if (call.path === '/i') {
    knownPeople.add(String(identifier));
    return dropped(body, 'merged_visitor', `moves what the sender's own visitor did to ${identifier}`);
  }
  if (typeof identifier === 'string' && knownPeople.has(identifier)) {
    return received(body, { dedupeId: null, person: identifier });
  }
  if (identifier !== undefined) return dropped(body, 'shared_visitor', 'the identifier is not known yet');
  if (call.path === '/u') return dropped(body, 'shared_visitor', 'no userIdentifier');
  return received(body, { dedupeId: null, person: null });
}
