import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import type { GatewayFile } from '../../src/config/gateway-file.ts';
import { loadGatewayConfiguration } from '../../src/config/load.ts';
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
  it('is filled in as a text, even where it looks like an expression', async () => {
    const settings = settingsOf(await read('body: { a: "${NAME}", b: "x ${NAME}" }', { NAME: '=$event.user.email' }));
    expect(settings).toMatchObject({ body: { a: '==$event.user.email', b: 'x =$event.user.email' } });
  });

  it('goes by its name in the tests of mappings, so that they need no environment', async () => {
    const { destinations } = await read('body: { key: "${API_KEY}", event: =$event.name }', { API_KEY: 'phc_real' });
    expect(destinations[0]?.testSettings).toMatchObject({ body: { key: 'API_KEY', event: '=$event.name' } });
    expect(destinations[0]?.settings).toMatchObject({ body: { key: 'phc_real' } });
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

  it('warns of a credential that is written out, and shows it to nobody', async () => {
    const { problems } = await read('auth: bearer\ntoken: verysecret');
    expect(problems.map(({ code }) => code)).toContain('config/literal-secret');
    expect(problems.map(({ excerpt = '' }) => excerpt).join()).toContain('token: ••••••••••');
    expect(JSON.stringify(problems)).not.toContain('verysecret');
  });
});
