import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { http } from '../../src/destinations/http.ts';
import type { Answer } from '../../src/model/attempt.ts';
import type { JsonObject } from '../../src/model/json.ts';

const url = 'https://api.example.com/base';
const settingsWith = (more: object = {}) => http.settings.parse({ type: 'http', url, ...more });
const payloadWith = (more: object = {}): JsonObject => ({ method: 'POST', path: '/events', body: { a: 1 }, ...more });
const requestOf = (payload: JsonObject, more: object = {}) =>
  http.request([JSON.stringify(payload)], settingsWith(more));
const refusedSetting = (more: object): string =>
  (http.settings.safeParse({ type: 'http', url, ...more }).error?.issues ?? [])
    .map(({ path, message }) => `${path.join('.')} ${message}`)
    .join('; ');
const problemsOf = (more: object): readonly string[] =>
  http.check(payloadWith(more)).map(({ path, message }) => `${path} ${message}`);

describe('the address of a request', () => {
  it('is the base URL, the path and the query, which is encoded', () => {
    const { url: called } = requestOf(payloadWith({ query: { q: 'a b&c=d', n: 1, list: ['x', 'y'] } }));
    expect(called).toBe(`${url}/events?q=a+b%26c%3Dd&n=1&list=x&list=y`);
  });

  it('has nothing added to it where there is no path', () => {
    expect(requestOf(payloadWith({ path: '' })).url).toBe(url);
    expect(requestOf(payloadWith({ path: '/' })).url).toBe(`${url}/`);
  });

  it.each([
    '//evil.example.com',
    '/users//x',
    '/users/../admin',
    '/users/%2e%2e/admin',
    '/users/%252e%252e/admin',
    '/users/..%25252Fadmin',
    '/users/..;/admin',
    '/users/..%3Bx=1/admin',
    '/users/..%2Fadmin',
    '/users/..%5cadmin',
    '/users/.',
    '/users\\admin',
    '/users?admin=1',
    '/users#x',
    '/a%0d%0ab',
    '/a\r\nb',
    '/%ff',
    'users',
    '@evil.example.com',
    'https://evil.example.com',
  ])('refuses %j as a path, in gateway.yaml and in a payload', (path) => {
    expect(refusedSetting({ path })).toMatch(/^path /);
    expect(problemsOf({ path })).toEqual([expect.stringMatching(/^path /)]);
  });

  it('stays below the base URL whatever a segment holds, or is refused', () => {
    const property = fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), (segments) => {
      const { assembled } = http.translate(nobody, { settings: settingsWith(), outgoingId: 'id' });
      const payload = assembled({ method: 'POST', path: ['users', ...segments] });
      if (http.check(payload).length > 0) return;
      const called = new URL(requestOf(payload).url);
      expect(called.origin).toBe('https://api.example.com');
      expect(called.pathname.split('/').slice(0, 3)).toEqual(['', 'base', 'users']);
      expect(called.pathname.split('/')).toHaveLength(3 + segments.length);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('is never an expression, but for its path and query', () => {
    expect(refusedSetting({ url: '=$event.url' })).toMatch(/^url must be an http\(s\) URL/);
    expect(refusedSetting({ path: '=$event.url' })).toMatch(/^path must be a path .* list of its segments/);
  });

  it('carries a secret part of the path between the two', () => {
    const settings = { secret_path: '/services/T000/B000/XXXXXXXX', path: '' };
    expect(requestOf(payloadWith({ path: '' }), settings).url).toBe(`${url}/services/T000/B000/XXXXXXXX`);
    expect(refusedSetting({ secret_path: '/../admin' })).toMatch(/^secret_path /);
    expect(refusedSetting({ secret_path: '//evil.example.com' })).toMatch(/^secret_path /);
  });
});

const nobody = { type: 'track', id: '', timestamp: '', user: {}, attributes: {}, context: {} } as const;

describe('the headers of a request', () => {
  it.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'connection',
    'Keep-Alive',
    'upgrade',
    'TE',
    'trailer',
    'expect',
    'Proxy-Connection',
    'Authorization',
    'cookie',
    'Proxy-Authorization',
    'Accept-Encoding',
    'bad name',
    'x:y',
    'x\r\ny',
    '',
  ])('never include %j', (name) => {
    expect(refusedSetting({ headers: { [name]: 'x' } })).toMatch(/^headers\./);
    expect(problemsOf({ headers: { [name]: 'x' } })).toEqual([expect.stringMatching(/^headers\./)]);
  });

  it.each(['a\r\nx-evil: 1', 'a\nb', 'a\0b', 'é', '\u2028'])('never have the value %j', (value) => {
    expect(refusedSetting({ headers: { 'x-a': value } })).toMatch(/^headers\.x-a must be one line/);
    expect(problemsOf({ headers: { 'x-a': value } })).toEqual([
      expect.stringMatching(/^headers\.x-a must be one line/),
    ]);
  });

  it.each(['host', 'content-length', 'transfer-encoding', 'X-Upper', 'a b', 'authorization'])(
    'have their id under no name such as %j',
    (id_header) => expect(refusedSetting({ id_header })).toMatch(/^id_header /),
  );

  it.each(['host', 'content-length', 'a\r\nb'])('have credentials under no name such as %j', (auth_header) => {
    expect(refusedSetting({ auth: 'header', auth_header })).toMatch(/^auth_header /);
  });

  it('have each name once, whatever its case', () => {
    expect(refusedSetting({ headers: { 'X-A': '1', 'x-a': '2' } })).toBe('headers.x-a is there a second time');
  });

  it('name the gateway, unless they say whose browser it was', () => {
    expect(requestOf(payloadWith()).headers['user-agent']).toMatch(/^Mozilla\/5\.0 Hookstitch/);
    expect(requestOf(payloadWith({ headers: { 'User-Agent': 'Firefox' } })).headers['user-agent']).toBe('Firefox');
  });
});

describe('the body of a request', () => {
  it('is JSON, with the nulls that were written', () => {
    const { body, headers } = requestOf(payloadWith({ body: { a: [1, null], b: null } }));
    expect([body, headers['content-type']]).toEqual(['{"a":[1,null],"b":null}', 'application/json']);
  });

  it('is a form where the content type says so', () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const request = requestOf(payloadWith({ headers, body: { to: '+44 20', n: [1, 2] } }));
    expect([request.body, request.headers['content-type']]).toEqual([
      'to=%2B44+20&n=1&n=2',
      'application/x-www-form-urlencoded',
    ]);
    expect(problemsOf({ headers, body: { to: { a: 1 } } })).toEqual([
      'body must be a block of texts and numbers: it is sent as a form',
    ]);
  });

  it('is a text as it stands', () => {
    const { body, headers } = requestOf(payloadWith({ body: 'hello\nworld' }));
    expect([body, headers['content-type']]).toEqual(['hello\nworld', 'text/plain; charset=utf-8']);
  });

  it('is not there where none is written, and never with a GET', () => {
    const { body, headers } = requestOf({ method: 'DELETE', path: '/events' });
    expect([body, headers['content-type']]).toEqual(['', undefined]);
    expect(problemsOf({ method: 'GET' })).toEqual(['body is there, and a GET has none']);
  });

  it('is limited', () => {
    expect(problemsOf({ body: 'x'.repeat(1024 * 1024) })).toEqual([
      expect.stringMatching(/^ is \d+ bytes of JSON; the limit/),
    ]);
  });
});

describe('the credentials of a request', () => {
  it.each([
    [{ auth: 'none', token: 'secret-token' }, {}],
    [{ auth: 'bearer', token: 'secret-token' }, { authorization: 'Bearer secret-token' }],
    [{ auth: 'basic', username: 'ada', password: 'pass:word' }, { authorization: 'Basic YWRhOnBhc3M6d29yZA==' }],
    [{ auth: 'header', auth_header: 'x-key', token: 'secret-token' }, { 'x-key': 'secret-token' }],
  ])('with %j are %j', (settings, expected) => {
    const { 'content-type': _, 'user-agent': __, ...headers } = requestOf(payloadWith(), settings).headers;
    expect(headers).toEqual(expected);
  });

  it('win over a header of the same name', () => {
    const settings = { auth: 'header', auth_header: 'x-key', token: 'secret-token' };
    expect(requestOf(payloadWith({ headers: { 'X-Key': 'mine' } }), settings).headers['x-key']).toBe('secret-token');
  });

  it('are needed for the destination to be on', () => {
    expect(http.requiredBy?.(settingsWith({ auth: 'bearer' }))).toEqual(['token']);
    expect(http.requiredBy?.(settingsWith({ auth: 'basic' }))).toEqual(['username', 'password']);
    expect(http.requiredBy?.(settingsWith())).toEqual([]);
  });

  it('are told in the form in which an answer may repeat them', () => {
    const settings = settingsWith({ auth: 'basic', username: 'ada', password: 'password' });
    expect(http.secretForms?.(settings)).toEqual(['YWRhOnBhc3N3b3Jk']);
  });
});

describe('the answers to a request', () => {
  const answer = (status: number, body: unknown, headers = {}): Answer => ({
    status,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const read = (answers: readonly object[], said: Answer) => http.read(said, ['{}'], settingsWith({ answers }));
  const ok = { status: '2xx', body: { ok: true }, means: 'delivered' };

  it('mean what their status says where nothing is written about them', () => {
    expect(read([], answer(200, { ok: false }))).toBeUndefined();
    expect(read([ok], answer(503, ''))).toBeUndefined();
  });

  it('mean what the first rule says that fits status and body', () => {
    const answers = [
      ok,
      { status: 200, body: { error: 'ratelimited' }, means: 'throttled' },
      { status: [200, 202], means: 'dead', reason: 'error.detail' },
    ];
    expect(read(answers, answer(201, { ok: true, more: 1 }))).toEqual({ kind: 'delivered' });
    expect(read(answers, answer(200, { ok: false, error: 'ratelimited' }))).toMatchObject({
      kind: 'retry',
      reason: 'throttled',
      lane: 'throttled',
    });
    expect(read(answers, answer(200, { ok: false, error: { detail: 'no such list' } }))).toEqual({
      kind: 'fail',
      reason: 'rejected',
      message: 'It answered 200: it refuses this event. The answer: no such list',
    });
  });

  it('are tried again where success was described and looks different', () => {
    expect(read([ok], answer(200, '<html>maintenance</html>'))).toMatchObject({
      kind: 'retry',
      reason: 'server_error',
      message: expect.stringMatching(/none of its answers .* fits\. The answer: <html>maintenance/),
    });
  });

  it.each([
    ['a text that is all of the answer', { body: 'ok' }, answer(200, ' ok\n'), true],
    ['a text that is only a part', { body: 'ok' }, answer(200, 'not ok'), false],
    ['a header', { headers: { 'X-Dropped': '1' } }, answer(202, '', { 'x-dropped': '1' }), true],
    ['a header with another value', { headers: { 'x-dropped': '1' } }, answer(202, '', { 'x-dropped': '0' }), false],
    ['a nested block', { body: { a: { b: [1] } } }, answer(200, { a: { b: [1], c: 2 } }), true],
    ['a list of another length', { body: { a: [1] } }, answer(200, { a: [1, 2] }), false],
    ['null for what is not there', { body: { error: null } }, answer(200, {}), true],
    ['null for what is there', { body: { error: null } }, answer(200, { error: 'x' }), false],
    ['a block for an answer that is no JSON', { body: { a: null } }, answer(200, 'ok'), false],
    ['a key that every object has', { body: { toString: null } }, answer(200, {}), true],
    ['another status of the class', { status: '2xx' }, answer(299, ''), true],
    ['another class', { status: '4xx' }, answer(299, ''), false],
  ])('are told apart by %s', (_what, condition, said, fits) => {
    const dropped = expect.objectContaining({ kind: 'fail', reason: 'filtered' });
    expect(read([{ ...condition, means: 'dropped' }], said)).toEqual(fits ? dropped : undefined);
  });

  it.each([
    ['retry', { kind: 'retry', reason: 'server_error' }],
    ['dead', { kind: 'fail', reason: 'rejected' }],
    ['dropped', { kind: 'fail', reason: 'filtered' }],
    ['throttled', { kind: 'retry', reason: 'throttled', lane: 'throttled' }],
    ['unauthorized', { kind: 'retry', reason: 'unauthorized', lane: 'credentials' }],
  ])('that mean %s become %j', (means, verdict) => {
    expect(read([{ status: 200, means }], answer(200, 'why'))).toMatchObject(verdict);
  });

  it('need a condition', () => {
    expect(refusedSetting({ answers: [{ means: 'delivered' }] })).toMatch(/^answers\.0 fits every answer/);
  });
});
