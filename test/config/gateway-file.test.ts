import { describe, expect, it } from 'vitest';
import { defaultGatewayText } from '../../src/config/default-gateway.ts';
import { environmentFrom } from '../../src/config/environment.ts';
import { type GatewayFile, readGatewayFile } from '../../src/config/gateway-file.ts';
import { destinations as destinationRegistry } from '../../src/destinations/index.ts';
import { sources as sourceRegistry } from '../../src/sources/index.ts';
import { parseYaml } from '../../src/yaml/document.ts';
import { problemLine } from '../support/problem-line.ts';
import { readProjectFile } from '../support/project-files.ts';

const secret = '0123456789abcdef';

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly publicUrl?: string;
}

const read = (text: string, { env = {}, publicUrl }: Given = {}): GatewayFile =>
  readGatewayFile('gateway.yaml', text, { environment: environmentFrom(env), publicUrl });
const problemsOf = (text: string, given: Given = {}): readonly string[] => read(text, given).problems.map(problemLine);
const states = ({ sources, destinations }: GatewayFile) =>
  Object.fromEntries([...sources, ...destinations].map(({ name, off }) => [name, off]));

describe('the gateway.yaml that is shipped', () => {
  const shipped = readProjectFile('mappings/gateway.yaml');
  const complete = {
    STRIPE_WEBHOOK_SECRET: secret,
    CALLRAIL_SIGNING_KEY: secret,
    HUBSPOT_CLIENT_SECRET: secret,
    USERMAVEN_API_KEY: 'a',
    USERMAVEN_SERVER_TOKEN: 'b',
    VEMETRIC_TOKEN: 'c',
    UMAMI_URL: 'http://umami:3000',
    UMAMI_WEBSITE_ID: '4fb7fa4c-5b46-438d-94b3-3a8fb9bc2e8b',
    SEGMENT_WRITE_KEY: 'd',
  };

  it('says what applies without the file', () => {
    const [one, other] = [parseYaml('a', shipped), parseYaml('b', defaultGatewayText)];
    expect(one.ok && one.yaml.value).toBeTypeOf('object');
    expect(one.ok && one.yaml.value).toEqual(other.ok && other.yaml.value);
  });

  it('names every source and every destination that is a vendor', () => {
    const { sources, destinations, problems } = read(shipped);
    expect(problems).toEqual([]);
    expect(sources.map(({ name, source }) => [name, source.name])).toEqual(
      Object.keys(sourceRegistry).map((name) => [name, name]),
    );
    const vendors = Object.values(destinationRegistry).filter(
      ({ transport, templates }) => transport === 'http' && templates === undefined,
    );
    expect(destinations.map(({ name, destination }) => [name, destination.name])).toEqual(
      vendors.map(({ name }) => [name, name]),
    );
  });

  it('is off as a whole with an empty environment, and names the variable to set', () => {
    expect(states(read(shipped))).toEqual({
      stripe: 'STRIPE_WEBHOOK_SECRET is not set',
      callrail: 'CALLRAIL_SIGNING_KEY is not set',
      hubspot: 'HUBSPOT_CLIENT_SECRET is not set',
      usermaven: 'USERMAVEN_API_KEY is not set',
      vemetric: 'VEMETRIC_TOKEN is not set',
      umami: 'UMAMI_URL is not set',
      segment: 'SEGMENT_WRITE_KEY is not set',
    });
  });

  it('is on as a whole with a complete one', () => {
    const file = read(shipped, { env: complete, publicUrl: 'https://hooks.example.com' });
    expect(file.problems).toEqual([]);
    expect(Object.values(states(file)).filter((off) => off !== null)).toEqual([]);
    expect(file.vars).toEqual({ site: 'example.com' });
  });

  it.each(Object.keys(complete))('has one source or destination off without %s', (name) => {
    const off = states(read(shipped, { env: { ...complete, [name]: '' }, publicUrl: 'https://hooks.example.com' }));
    expect(Object.values(off).filter((why) => why !== null)).toEqual([`${name} is not set`]);
  });

  it('has HubSpot off without PUBLIC_URL, which its signatures cover', () => {
    expect(states(read(shipped, { env: complete })).hubspot).toBe('PUBLIC_URL is not set, and its signatures cover it');
  });
});

describe('a source', () => {
  it('of a kind that signs URLs may name its own', () => {
    const text = `version: 1\nsources:\n  hs: { type: hubspot, secret: "\${S}", public_url: "https://a.example/in/hs" }\n`;
    expect(states(read(text, { env: { S: secret } }))).toEqual({ hs: null });
  });

  it('may be there twice under two names, with several secrets', () => {
    const text =
      'version: 1\nsources:\n  eu: { type: stripe, secret: "${A},${B}" }\n  us: { type: stripe, secret: ["${A}", "${B}"] }\n';
    const { sources, problems } = read(text, { env: { A: secret, B: `${secret}2` } });
    expect(problems).toEqual([]);
    expect(sources.map(({ name, settings }) => [name, settings.secret])).toEqual([
      ['eu', [secret, `${secret}2`]],
      ['us', [secret, `${secret}2`]],
    ]);
  });

  it('with a short secret is refused, where it stands and without the secret', () => {
    const problems = problemsOf('version: 1\nsources:\n  stripe:\n    type: stripe\n    secret: "${S}"\n', {
      env: { S: 'hush-hush' },
    });
    expect(problems).toEqual(['5:13 sources.stripe.secret.0: a secret must have at least 16 characters']);
    expect(problems.join()).not.toContain('hush-hush');
  });

  it('whose variable is required and unset is told with the reason', () => {
    expect(problemsOf('version: 1\nsources:\n  stripe: { type: stripe, secret: "${S:?see the dashboard}" }\n')).toEqual(
      ['3:35 S is not set: see the dashboard'],
    );
  });
});

describe('a secret that is written in the file', () => {
  it('is warned of, one by one, and works', () => {
    const text = [
      'version: 1',
      'sources:',
      `  stripe: { type: stripe, secret: ${secret}, api_key: rk_live_1 }`,
      `  callrail: { type: callrail, secret: ["\${S}", ${secret}] }`,
      'destinations:',
      '  segment: { type: segment, write_key: key }',
      '',
    ].join('\n');
    const file = read(text, { env: { S: secret } });
    expect(file.problems.map(({ severity, code, message, at }) => [severity, code, message, at.line])).toEqual([
      ['warning', 'config/literal-secret', 'sources.stripe.secret is written in the file', 3],
      ['warning', 'config/literal-secret', 'sources.stripe.api_key is written in the file', 3],
      ['warning', 'config/literal-secret', 'sources.callrail.secret is written in the file', 4],
      ['warning', 'config/literal-secret', 'destinations.segment.write_key is written in the file', 6],
    ]);
    expect(states(file)).toEqual({ stripe: null, callrail: null, segment: null });
  });

  it('is not a variable, nor what is empty', () => {
    const text =
      'version: 1\nsources:\n  a: { type: stripe, secret: "${S}", api_key: "" }\n  b: { type: stripe, secret: "${T:-}" }\n';
    expect(problemsOf(text, { env: { S: secret } })).toEqual([]);
  });
});

describe('what is wrong with gateway.yaml', () => {
  it.each([
    ['sources:\n  pay: { type: strpe }', '3:16 unknown type "strpe"'],
    ['sources:\n  shop: { type: fax_machine }', '3:17 unknown type "fax_machine"'],
    ['destinations:\n  seg: { type: segmnet }', '3:16 unknown type "segmnet"'],
    ['sources:\n  a: {}', '3:6 sources.a.type: is missing'],
    ['sources:\n  a: { type: stripe, secrt: x }', '3:22 unknown key "secrt" in sources.a'],
    [
      'destinations:\n  a: { type: segment, write_key: "", retry: { max_atempts: 1 } }',
      '3:47 unknown key "max_atempts" in destinations.a.retry',
    ],
    [
      'destinations:\n  a: { type: segment, write_key: "", url: not-a-url }',
      '3:43 destinations.a.url: must be an http(s) URL without credentials, query or fragment',
    ],
    [
      'sources:\n  Stripe: { type: stripe }',
      '3:3 sources.Stripe: must be lower-case letters, digits, - or _, and start with a letter or digit',
    ],
    ['soruces: {}', '2:1 unknown key "soruces"'],
    ['sources: {}\nsources: {}', '3:1 Map keys must be unique'],
  ])('is told where it stands: %s', (text, problem) => {
    expect(problemsOf(`version: 1\n${text}\n`)).toContain(problem);
  });

  it.each([
    ['vars: {}\n', 'version: is missing'],
    ['version: 2\n', 'version: must be 1'],
  ])('is its version: %j', (text, message) => {
    expect(read(text).problems.map((problem) => problem.message)).toEqual([message]);
  });

  it.each([
    ['sources', 'strpe', 'did you mean stripe?'],
    [
      'sources',
      'fax_machine',
      'known types: stripe, callrail, hubspot, paypal, hmac, hash, ed25519, ecdsa_p256, token, basic, secret_url, standard_webhooks, and the senders of docs/presets.md',
    ],
    ['destinations', 'segmnet', 'did you mean segment?'],
  ])('is a type in %s that nobody knows: %s; %s', (section, type, hint) => {
    const { problems } = read(`version: 1\n${section}:\n  a: { type: ${type} }\n`);
    expect(problems).toMatchObject([{ severity: 'error', code: 'config/unknown-type', hint }]);
  });

  it('leaves out the entry it concerns and keeps the others', () => {
    const text =
      'version: 1\nsources:\n  a: { type: strpe }\n  b: { type: stripe, secret: "${S}" }\ndestinations:\n  c: { type: segment, write_key: "${K}", rate: fast }\n  d: { type: console }\n';
    const file = read(text, { env: { S: secret, K: 'k' } });
    expect(states(file)).toEqual({ b: null, d: null });
    expect(file.problems).toHaveLength(2);
  });

  it('may be everything but its version', () => {
    expect(read('version: 1\n')).toMatchObject({ sources: [], destinations: [], vars: {}, problems: [] });
  });
});

describe('vars', () => {
  it('are values of any kind, with their variables filled in', () => {
    const text = 'version: 1\nvars: { site: "${SITE}", stages: { lead: Lead }, max: 5, list: [a] }\n';
    expect(read(text, { env: { SITE: 'a: b' } }).vars).toEqual({
      site: 'a: b',
      stages: { lead: 'Lead' },
      max: 5,
      list: ['a'],
    });
  });
});
