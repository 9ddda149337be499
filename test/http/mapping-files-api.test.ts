import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testGateway } from '../support/gateway.ts';
import { type ClientAnswer, request } from '../support/http-client.ts';

const mapping = `version: 1
name: Any
source: stripe
event:
  name: =type
  user: { id: =data.object.customer }
destinations: [debug]
tests:
  - name: a customer is the user
    given: { id: evt_1, object: event, type: invoice.paid, created: 1795219200, data: { object: { customer: cus_1 } } }
    expect: { debug: { user: { id: cus_1 } } }
`;

/** A gateway whose mappings folder has `any.yaml` and whatever else. */
async function gateway(files: Readonly<Record<string, string>> = {}, variables: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'hookstitch-mappings-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries({ 'any.yaml': mapping, ...files }))
    await writeFile(join(folder, name), text);
  const running = await testGateway({
    destinations: { debug: { type: 'console' } },
    mappings: { folder },
    variables,
  });
  const ask = async (method: string, path: string, json?: unknown): Promise<Answer> => {
    const answer: ClientAnswer = await request(`${running.adminUrl}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${running.token}` },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    return { status: answer.status, json: JSON.parse(answer.text) };
  };
  return { ...running, folder, ask, onDisk: (name: string) => readFile(join(folder, name), 'utf8') };
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API answers is compared as a whole
  readonly json: any;
}

describe('a mapping file over the API', () => {
  it('is read with the hash of its text', async () => {
    const { ask } = await gateway();
    const { status, json } = await ask('GET', '/mappings/any.yaml');
    expect(status).toBe(200);
    expect(json).toEqual({
      file: 'any.yaml',
      text: mapping,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      read_only: null,
    });
  });

  it('is saved whole, keeps its mode, leaves nothing beside it and takes effect', async () => {
    const { ask, folder, onDisk, get } = await gateway();
    const before = await stat(join(folder, 'any.yaml'));
    const { json } = await ask('GET', '/mappings/any.yaml');
    const text = mapping.replace('name: Any', 'name: Other');

    const saved = await ask('PUT', '/mappings/any.yaml', { text, hash: json.hash });

    expect(saved).toMatchObject({ status: 200, json: { ok: true, problems: [], results: [{ ok: true }] } });
    expect(saved.json.hash).not.toBe(json.hash);
    expect(await onDisk('any.yaml')).toBe(text);
    expect((await stat(join(folder, 'any.yaml'))).mode).toBe(before.mode);
    expect(await readdir(folder)).toEqual(['any.yaml']);
    interface Listed {
      readonly items: readonly { readonly name: string; readonly version: string }[];
    }
    await expect
      .poll(async () => (await get<Listed>('/api/mappings')).items, { timeout: 15_000 })
      .toMatchObject([{ name: 'Other', version: saved.json.hash.slice(0, 12) }]);
  });

  it('is not saved over what somebody else has saved meanwhile', async () => {
    const { ask, folder, onDisk } = await gateway();
    const { json } = await ask('GET', '/mappings/any.yaml');
    const theirs = mapping.replace('name: Any', 'name: Theirs');
    await writeFile(join(folder, 'any.yaml'), theirs);

    const answer = await ask('PUT', '/mappings/any.yaml', { text: `${mapping}# mine\n`, hash: json.hash });

    expect(answer).toMatchObject({
      status: 409,
      json: { error: { code: 'mapping_changed' }, current: { file: 'any.yaml', text: theirs } },
    });
    expect(await onDisk('any.yaml')).toBe(theirs);
    const again = await ask('PUT', '/mappings/any.yaml', { text: `${theirs}# mine\n`, hash: answer.json.current.hash });
    expect(again.status).toBe(200);
  });

  it('is saved by one of two who save at once, and the other is told', async () => {
    const { ask, onDisk } = await gateway();
    const { json } = await ask('GET', '/mappings/any.yaml');
    const texts = [1, 2].map((number) => `${mapping}# ${number}\n`);
    const answers = await Promise.all(texts.map((text) => ask('PUT', '/mappings/any.yaml', { text, hash: json.hash })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await onDisk('any.yaml')).toBe(texts[answers.findIndex(({ status }) => status === 200)]);
  });

  it('is not saved when it has an error or a failing test, and what is wrong is said', async () => {
    const { ask, onDisk } = await gateway();
    const { json } = await ask('GET', '/mappings/any.yaml');
    const save = (text: string) => ask('PUT', '/mappings/any.yaml', { text, hash: json.hash });

    expect(await save(mapping.replace('=type', '=$nope(type)'))).toMatchObject({
      status: 422,
      json: {
        error: { code: 'mapping_refused' },
        problems: [{ code: 'expr/unknown-name', at: { line: 5, column: 10 } }],
      },
    });
    expect(await save(mapping.replace('customer }', 'custmer }'))).toMatchObject({
      status: 422,
      json: { ok: false, problems: [{ code: 'mapping/test-failed' }], results: [{ ok: false }] },
    });
    expect(await onDisk('any.yaml')).toBe(mapping);
  });

  it('is made anew with no hash, and never in place of one that is there', async () => {
    const { ask, onDisk } = await gateway();
    const text = mapping.replace('name: Any', 'name: New');
    expect((await ask('PUT', '/mappings/new.yaml', { text, hash: null })).status).toBe(200);
    expect(await onDisk('new.yaml')).toBe(text);
    const again = await ask('PUT', '/mappings/any.yaml', { text, hash: null });
    expect(again).toMatchObject({ status: 409, json: { current: { text: mapping } } });
    expect(await onDisk('any.yaml')).toBe(mapping);
  });

  it('is said to be gone when it was removed meanwhile', async () => {
    const { ask, folder } = await gateway();
    const { json } = await ask('GET', '/mappings/any.yaml');
    await rm(join(folder, 'any.yaml'));
    const answer = await ask('PUT', '/mappings/any.yaml', { text: mapping, hash: json.hash });
    expect(answer).toMatchObject({ status: 409, json: { current: null } });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['..%2Fother.yaml'],
    ['..%2F..%2Fetc%2Fpasswd'],
    ['%2Fetc%2Fpasswd'],
    ['fixtures%2Fa.yaml'],
    ['gateway.yaml'],
    ['Gateway.yaml'],
    ['.hidden.yaml'],
    ['any.yaml%00'],
    ['any.txt'],
    ['..%5Cother.yaml'],
    ['%2e%2e'],
  ])('is nothing outside of the folder, nor what is no mapping: %s', async (name) => {
    const { ask, folder } = await gateway({ 'gateway.yaml': 'version: 1\n', '.hidden.yaml': mapping });
    await writeFile(join(folder, '..', 'other.yaml'), 'secret');
    onTestFinished(() => rm(join(folder, '..', 'other.yaml'), { force: true }));
    const before = await readdir(folder);

    const read = await ask('GET', `/mappings/${name}`);
    expect(read.status).toBe(404);
    expect(JSON.stringify(read.json)).not.toContain('secret');
    const saved = await ask('PUT', `/mappings/${name}`, { text: mapping, hash: null });
    expect([400, 404]).toContain(saved.status);
    expect(await readdir(folder)).toEqual(before);
    expect(await readFile(join(folder, '..', 'other.yaml'), 'utf8')).toBe('secret');
  });

  it('is not read or written through a link that leads out of the folder', async () => {
    const { ask, folder } = await gateway();
    const outside = await mkdtemp(join(tmpdir(), 'hookstitch-outside-'));
    onTestFinished(() => rm(outside, { recursive: true, force: true }));
    await writeFile(join(outside, 'secret.yaml'), 'secret');
    await symlink(join(outside, 'secret.yaml'), join(folder, 'link.yaml'));

    expect((await ask('GET', '/mappings/link.yaml')).status).toBe(404);
    const saved = await ask('PUT', '/mappings/link.yaml', { text: mapping, hash: null });
    expect(saved.status).toBe(409);
    expect(await readFile(join(outside, 'secret.yaml'), 'utf8')).toBe('secret');
  });

  it('is tested without being saved', async () => {
    const { ask, onDisk } = await gateway();
    const { json } = await ask('POST', '/mappings/any.yaml/test', { text: mapping.replace('customer }', 'custmer }') });
    expect(json).toMatchObject({
      ok: false,
      results: [
        {
          name: 'a customer is the user',
          ok: false,
          at: { file: 'any.yaml', line: 9 },
          failures: [{ message: expect.stringContaining('neither id nor anonymous_id') }],
        },
      ],
    });
    expect(await onDisk('any.yaml')).toBe(mapping);
    expect((await ask('POST', '/mappings/new.yaml/test', { text: mapping })).json).toMatchObject({
      ok: true,
      coverage: { expressions: 2, produced: 2 },
    });
  });

  it('stays as it is where EDIT_MAPPINGS is false, and says so', async () => {
    const { ask, onDisk } = await gateway({}, { EDIT_MAPPINGS: 'false' });
    const { json } = await ask('GET', '/mappings/any.yaml');
    expect(json.read_only).toBe('EDIT_MAPPINGS is false');
    expect((await ask('GET', '/mappings')).json.read_only).toBe('EDIT_MAPPINGS is false');
    const answer = await ask('PUT', '/mappings/any.yaml', { text: `${mapping}# mine\n`, hash: json.hash });
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'editing_off' } } });
    expect(await onDisk('any.yaml')).toBe(mapping);
  });

  it('stays as it is where the folder cannot be written to, and says so', async () => {
    const { ask, folder } = await gateway();
    const { json } = await ask('GET', '/mappings/any.yaml');
    // Root may write to every folder that is there.
    await rm(folder, { recursive: true });
    expect((await ask('GET', '/mappings')).json.read_only).toContain('the gateway may not write to');
    const answer = await ask('PUT', '/mappings/any.yaml', { text: `${mapping}# mine\n`, hash: json.hash });
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'editing_off' } } });
  });

  it('is for nobody without the token', async () => {
    const { adminUrl, onDisk } = await gateway();
    const answer = await request(`${adminUrl}/api/mappings/any.yaml`, {
      method: 'PUT',
      body: JSON.stringify({ text: '', hash: null }),
    });
    expect(answer.status).toBe(401);
    expect(await onDisk('any.yaml')).toBe(mapping);
  });
});

describe('an event of which a mapping is made', () => {
  const body = {
    id: 'evt_1',
    object: 'event',
    type: 'customer.created',
    created: 1795219200,
    data: { object: { id: 'cus_1', email: 'Ada@Example.com', name: 'Ada', metadata: { plan: 'pro', 'a b': 1 } } },
  };

  it('becomes a file that is whole and translates it', async () => {
    const { ask } = await gateway();
    const { status, json: draft } = await ask('POST', '/drafts', { event: { source: 'stripe', body } });
    expect(status).toBe(200);
    expect(draft.file).toBe('stripe-customer-created.yaml');
    const { json } = await ask('POST', '/preview', { mapping: draft.text, file: draft.file, event: { body } });
    expect(json).toMatchObject({
      outcome: 'translated',
      problems: [],
      items: [
        {
          event: {
            name: 'Customer Created',
            user: { id: 'ada@example.com' },
            attributes: { plan: 'pro', 'a b': 1 },
          },
        },
      ],
    });
    expect((await ask('PUT', `/mappings/${draft.file}`, { text: draft.text, hash: null })).status).toBe(200);
    expect((await ask('POST', '/drafts', { event: { source: 'stripe', body } })).status).toBe(200);
  });

  it('is kept as a fixture without personal data, with a test of what becomes of it', async () => {
    const { ask, send, get, folder, onDisk } = await gateway();
    await send('evt_pinned', 'invoice.paid');
    const { items } = await get<{ items: readonly { id: string }[] }>('/api/events');
    const pinned = await ask('POST', '/fixtures', {
      event: items[0]?.id,
      mapping: { file: 'any.yaml', text: mapping },
      name: 'it means what it meant',
    });
    expect(pinned).toMatchObject({ status: 200, json: { is_new: true, failure: null } });
    expect(pinned.json.text).toContain('- name: it means what it meant');
    expect(await readdir(join(folder, 'fixtures'))).toEqual([pinned.json.fixture.replace('fixtures/', '')]);
    // The text is the editor's to save.
    expect(await onDisk('any.yaml')).toBe(mapping);
    const { json } = await ask('POST', '/mappings/any.yaml/test', { text: pinned.json.text });
    expect(json).toMatchObject({ ok: true, results: [{ ok: true }, { name: 'it means what it meant', ok: true }] });
  });

  it('is kept nowhere else: not where the folder of fixtures is a link', async () => {
    const { ask, folder } = await gateway();
    const outside = await mkdtemp(join(tmpdir(), 'hookstitch-outside-'));
    onTestFinished(() => rm(outside, { recursive: true, force: true }));
    await mkdir(join(outside, 'fixtures'));
    await symlink(join(outside, 'fixtures'), join(folder, 'fixtures'));
    const answer = await ask('POST', '/fixtures', { event: { source: 'stripe', body } });
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'editing_off' } } });
    expect(await readdir(join(outside, 'fixtures'))).toEqual([]);
  });

  it('is refused where no source of that name is or where it cannot read the body', async () => {
    const { ask } = await gateway();
    expect((await ask('POST', '/drafts', { event: { source: 'nobody', body } })).status).toBe(404);
    expect((await ask('POST', '/drafts', { event: { source: 'stripe', body: [1] } })).status).toBe(400);
    expect((await ask('POST', '/drafts', { event: 'evt_none' })).status).toBe(404);
  });
});

describe('lineage over the API', () => {
  it('goes from each expression of a text to what it reads, without an event', async () => {
    const { ask } = await gateway();
    const { json } = await ask('POST', '/lineage', { file: 'any.yaml', text: mapping });
    expect(json).toMatchObject({
      problems: [],
      lineage: [
        { path: 'event.name', reads: [{ root: 'body', keys: ['type'] }], at: { line: 5, column: 9 } },
        {
          path: 'event.user.id',
          reads: [{ root: 'body', keys: ['data', 'object', 'customer'] }],
          at: { line: 6, column: 15 },
          end: { line: 6, column: 36 },
        },
      ],
    });
  });

  it('goes from a place of the body to every mapping that reads it', async () => {
    const other = mapping.replace('name: =type', 'name: Paid\n  attributes: { all: =$string(data.object) }');
    const { ask } = await gateway({ 'other.yaml': other });
    const path = encodeURIComponent(JSON.stringify(['data', 'object', 'customer']));
    const { json } = await ask('GET', `/lineage?source=stripe&path=${path}`);
    expect(json.items).toMatchObject([
      { file: 'any.yaml', path: 'event.user.id', match: 'exact' },
      { file: 'other.yaml', path: 'event.user.id', match: 'exact' },
      { file: 'other.yaml', path: 'event.attributes.all', match: 'around' },
    ]);
    expect((await ask('GET', `/lineage?source=hubspot&path=${path}`)).json.items).toEqual([]);
    expect((await ask('GET', '/lineage?source=stripe&path=data')).status).toBe(400);
  });

  it('goes from the fields of a payload to the mapping, and tells what was sent last', async () => {
    const { ask, send, get, shown } = await gateway();
    await send('evt_sent', 'invoice.paid');
    await expect.poll(() => shown.length, { timeout: 10_000 }).toBe(1);
    const { items } = await get<{ items: readonly { id: string }[] }>('/api/events');
    const text = mapping.replace('name: =type', 'name: Paid');

    const { json } = await ask('POST', '/preview', {
      ...{ mapping: text, file: 'any.yaml', event: items[0]?.id, lineage: true },
    });

    const [destination] = json.items[0].destinations;
    expect(destination.origins).toContainEqual({ field: ['user', 'id'], from: [['event', 'user', 'id']] });
    expect(destination.last).toMatchObject({
      changes: [{ path: 'name', before: 'invoice.paid', after: 'Paid' }],
    });
    expect(json.lineage).toHaveLength(1);
  });
});

describe('the language of mappings over the API', () => {
  it('is what an editor completes', async () => {
    const { ask } = await gateway();
    const { json } = await ask('GET', '/language');
    expect(json.schema.properties.event).toBeDefined();
    expect(json.functions).toContainEqual({
      ...{ name: 'money', signature: '$money(minor, currency)', description: expect.stringContaining('Minor units') },
    });
    expect(json).toMatchObject({ sources: [{ name: 'stripe' }], destinations: [{ name: 'debug' }], vars: [] });
  });
});
