import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import type { GatewayFile } from '../../src/config/gateway-file.ts';
import { loadGatewayConfiguration } from '../../src/config/load.ts';
import type { CommonSettings } from '../../src/destinations/destination.ts';
import { http } from '../../src/destinations/http.ts';
import { publicSettings } from '../../src/mapping/public-settings.ts';
import { problemLine } from '../support/problem-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const head =
  'version: 1\nvars: { site: example.com }\ndestinations:\n  api:\n    type: http\n    url: "${URL:-https://api.example.com}"\n';

/** The file under MAPPINGS_DIR with these lines for the destination `api`, the first of which is line 7. */
async function read(lines: string, env: Readonly<Record<string, string>> = {}): Promise<GatewayFile> {
  const folder = await temporaryFolder({ 'gateway.yaml': `${head}${lines.replace(/^/gm, '    ')}\n` });
  const { file } = await loadGatewayConfiguration(environmentFrom({ MAPPINGS_DIR: folder, ...env }));
  return file;
}

const complaints = async (lines: string, env?: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  (await read(lines, env)).problems.map(problemLine);

const settingsOf = ({ destinations }: GatewayFile): object => destinations[0]?.settings ?? {};

describe('an expression in gateway.yaml', () => {
  it('may stand in the request of a destination', async () => {
    const lines =
      'path: [users, =$event.user.id]\nheaders: { x-a: =$config.type }\nbody: { site: =$vars.site, id: =$id }';
    expect(await complaints(lines)).toEqual([]);
  });

  it.each([
    ['body: { a: =$evnt.name }', '7:17 unknown variable $evnt'],
    ['body: { a: =$event.nam }', '7:24 $event has no "nam"'],
    ['body: [{ a: =$vars.sit }]', '7:24 $vars has no "sit"'],
    ['query: { a: =$nope(1) }', '7:18 unknown function $nope'],
    ['path: [users, =$body.id]', '7:20 unknown variable $body'],
    ['headers:\n  x-a: "=1 +"', '8:17 Unexpected end'],
  ])('%j is judged as in a mapping, at its place', async (lines, expected) => {
    expect(await complaints(lines)).toEqual([expect.stringContaining(expected)]);
  });

  it('keeps the destination from being used where it is wrong', async () => {
    expect((await read('body: { a: =$evnt.name }')).destinations).toEqual([]);
  });

  it('has no variables filled in, which could change what it says', async () => {
    const lines = 'body: { a: \'= "${NAME}"\' }';
    const found = await complaints(lines, { NAME: '" & $event.user.email & "' });
    expect(found).toContainEqual(expect.stringContaining('7:20 NAME is not filled in inside an expression'));
  });
});

describe('a variable in the request of a destination', () => {
  const key = { API_KEY: 'phc_real' };

  it('is filled in where the request is sent, and stays a name in everything that is stored or shown', async () => {
    const settings = settingsOf(
      await read(
        'headers: { x-key: "Token ${API_KEY}" }\nquery: { k: "${API_KEY:-none}" }\nbody: { a: { b: ["${API_KEY}"] } }',
        key,
      ),
    );
    const { filledIn, ...shown } = settings as CommonSettings;
    expect(JSON.stringify(shown)).not.toContain('phc_real');
    expect(shown).toMatchObject({
      headers: { 'x-key': 'Token ${API_KEY}' },
      query: { k: '${API_KEY}' },
      body: { a: { b: ['${API_KEY}'] } },
    });
    expect(filledIn).toEqual([
      { path: ['query', 'k'], text: '${API_KEY}', value: 'phc_real', held: ['phc_real'] },
      { path: ['headers', 'x-key'], text: 'Token ${API_KEY}', value: 'Token phc_real', held: ['phc_real'] },
      { path: ['body', 'a', 'b', 0], text: '${API_KEY}', value: 'phc_real', held: ['phc_real'] },
    ]);
    expect(JSON.stringify(publicSettings(http, settings as CommonSettings))).not.toContain('phc_real');
  });

  it('is filled in as a text, even where it looks like an expression', async () => {
    const { filledIn } = settingsOf(
      await read('body: { a: "${NAME}", b: "x ${NAME}" }', { NAME: '=$event.user.email' }),
    ) as CommonSettings;
    expect(filledIn?.map(({ value }) => value)).toEqual(['=$event.user.email', 'x =$event.user.email']);
  });

  it.each([
    ['body: { a: { key: "${API_KEY}" } }', {}, 'API_KEY is not set'],
    ['headers: { x-a: "Token ${API_KEY:-}" }', { API_KEY: '' }, 'API_KEY is not set'],
    ['path: "/v1/${ACCOUNT}"', {}, 'ACCOUNT is not set'],
    ['query: { k: "${API_KEY:-none}", n: "$${LITERAL}" }', {}, null],
    ['body: { key: "${API_KEY}" }', key, null],
  ])('keeps the destination off as long as it holds nothing: %j', async (lines, env, off) => {
    expect((await read(lines, env)).destinations[0]?.off).toBe(off);
  });

  it.each(['a\r\nx-b: c', '=a\r\nx-b: c'])('is judged by what it holds: %j', async (NAME) => {
    const found = await complaints('headers: { x-a: "${NAME}" }', { NAME });
    expect(found).toEqual([expect.stringContaining('7:21 destinations.api.headers.x-a')]);
  });

  it('stands before the expressions of a list, behind which its place would not be known', async () => {
    expect(await complaints('body: { list: ["${API_KEY}", =$event.name] }', key)).toEqual([]);
    const lines = 'body: { list: [=$event.name, { key: "${API_KEY}" }] }';
    expect(await complaints(lines, key)).toEqual([
      expect.stringContaining('7:34 destinations.api.body.list.1: a variable stands behind an expression'),
    ]);
    expect((await read(lines, key)).destinations).toEqual([]);
  });

  it('goes by its name in the tests of mappings, so that they need no environment', async () => {
    const { destinations } = await read('body: { key: "${API_KEY}", event: =$event.name }', key);
    expect(destinations[0]?.testSettings).toMatchObject({ body: { key: 'API_KEY', event: '=$event.name' } });
  });
});

describe('a destination of type http', () => {
  it.each([
    ['auth: bearer\ntoken: "${TOKEN}"', 'TOKEN is not set'],
    ['auth: header\ntoken: "${TOKEN}"', 'TOKEN is not set'],
    ['auth: basic\nusername: ada\npassword: "${PASSWORD}"', 'PASSWORD is not set'],
    ['auth: bearer', 'destinations.api.token is not set'],
    ['auth: none', null],
  ])('with %j is off as long as a credential is missing', async (lines, off) => {
    expect((await read(lines)).destinations[0]?.off).toBe(off);
  });

  it.each([
    ['headers: { Host: evil.example.com }', '7:22 destinations.api.headers.Host'],
    ['headers: { x-a: "a\\r\\nx-b: c" }', '7:21 destinations.api.headers.x-a'],
    ['headers: { Authorization: =$event.name }', '7:31 destinations.api.headers.Authorization'],
    ['path: /../admin', '7:11 destinations.api.path'],
    ['path: //evil.example.com', '7:11 destinations.api.path'],
    ['method: SEND', '7:13 destinations.api.method'],
    ['answers: [{ status: 2xx, means: fine }]', '7:37 destinations.api.answers.0.means'],
  ])('refuses %j where it stands', async (lines, expected) => {
    expect((await complaints(lines))[0]).toContain(expected);
  });

  it.each([
    ['headers: { X-API-Key: verysecret }', '7:27 destinations.api.headers.X-API-Key'],
    ['query: { api_secret: verysecret }', '7:26 destinations.api.query.api_secret'],
    ['body: { auth: { "token": "verysecret" } }', '7:30 destinations.api.body.auth.token'],
    ['body: { batch: [{ api_key: verysecret }] }', '7:32 destinations.api.body.batch.0.api_key'],
    ['query: { api_key: [verysecret] }', '7:24 destinations.api.query.api_key.0'],
  ])('warns of what looks like a credential in %j, which every delivery would show', async (lines, place) => {
    const { problems, destinations } = await read(lines);
    expect(problems.map(problemLine)).toEqual([`${place} is written in the file, and shown with every delivery`]);
    expect(problems[0]?.code).toBe('config/literal-secret');
    expect(JSON.stringify(problems)).not.toContain('verysecret');
    expect(destinations).toHaveLength(1);
  });

  it.each(['headers: { X-API-Key: "${KEY}" }', 'query: { page_token: =$event.id }', 'body: { keys: a, tokens: b }'])(
    'says nothing of %j',
    async (lines) => {
      expect(await complaints(lines, { KEY: 'k' })).toEqual([]);
    },
  );

  it('warns of a credential that is written out, and shows it to nobody', async () => {
    const { problems } = await read('auth: bearer\ntoken: verysecret');
    expect(problems.map(({ code }) => code)).toContain('config/literal-secret');
    expect(problems.map(({ excerpt = '' }) => excerpt).join()).toContain('token: ••••••••••');
    expect(JSON.stringify(problems)).not.toContain('verysecret');
  });
});
