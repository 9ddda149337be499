import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSegment } from '../../src/demo/stand-ins/segment.ts';
import { openStore } from '../../src/store/open.ts';
import { type Ended, hookstitch } from '../support/command-line.ts';
import { createWorkspace, settled } from '../support/gateway-process.ts';
import { postStripe, stripeBody, stripeSecret } from '../support/stripe-sender.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const gateway = `version: 1
sources:
  stripe: { type: stripe, secret: ${stripeSecret} }
  callrail: { type: callrail, secret: secret_of_callrail_1 }
destinations:
  segment: { type: segment, url: "\${SEGMENT_URL:-}", write_key: "\${SEGMENT_WRITE_KEY:-}", allow_private_address: true }
  usermaven: { type: usermaven, api_key: a_key_of_usermaven, server_token: t0ken_of_usermaven }
  debug: { type: console }
`;
const mapping = `version: 1
name: Paid
source: stripe
events: [invoice.*, check.event]
when: =$exists(id)
let:
  owner: =data.object.custmer
event:
  name: =type
  id: =id
  user:
    id: =data.object.customer
    email: =$owner
destinations:
  debug:
  segment:
  usermaven:
tests:
  - name: a payment is told
    given: fixtures/paid.json
    expect: { debug: { event: invoice.paid } }
`;
const body = {
  id: 'evt_1',
  object: 'event',
  type: 'invoice.paid',
  created: 1795219200,
  data: { object: { customer: 'cus_1', name: 'Ada\u001b[31m' } },
};
const files = { 'gateway.yaml': gateway, 'paid.yaml': mapping, 'fixtures/paid.json': JSON.stringify(body) };
const secrets = { SEGMENT_WRITE_KEY: 'k3y_of_segment' };

const tried = async (args: readonly string[], environment = {}, changed = {}): Promise<Ended> =>
  hookstitch(await temporaryFolder({ ...files, ...changed }), ['try', ...args], environment);

const shopGateway = `version: 1
sources:
  shop:
    type: hmac
    secret: a_secret_of_the_shop
    signature: { header: x-sign }
    event_type: =event
    event_id: =[event, order.id]
    occurred_at: =creatd
  github: { type: github, secret: a_secret_of_github }
destinations: { debug: { type: console } }
`;
const shopMapping = `version: 1
name: Paid
source: shop
events: paid
event: { name: Paid, user: { id: =order.customer } }
destinations: [debug]
tests:
  - { name: an order, given: { event: paid, order: { id: 7, customer: u1 } }, expect: { debug: { name: Paid } } }
`;
const starred = `version: 1
name: Starred
source: github
events: star.created
event: { name: Starred, user: { id: =sender.login } }
destinations: [debug]
tests:
  - name: a star
    given: { action: created, sender: { login: ada } }
    headers: { X-GitHub-Event: star, X-GitHub-Delivery: "72d3162e" }
    expect: { debug: { name: Starred } }
`;

const stitching = mapping
  .replace('id: =data.object.customer\n', 'fallback_id: =data.object.customer\n')
  .replace('=$owner\n', '=data.object.email\n')
  .replace('destinations:\n', 'stitch: [email]\ndestinations:\n');
const ofAda = JSON.stringify({ ...body, data: { object: { customer: 'cus_1', email: 'ada@example.com' } } });

/** What an earlier event left in the store of that folder. */
async function link(dataDir: string): Promise<void> {
  const store = await openStore({ dataDir });
  const receivedAt = new Date('2026-05-03T10:00:00.000Z');
  const event = { type: 'call', externalId: '1', occurredAt: receivedAt, item: null };
  const request = { source: 'callrail', kind: null, method: 'POST', url: '/', headers: {}, body: Buffer.from('{}') };
  await store.recordRequest({ ...request, receivedAt, events: [event] });
  const [call] = (await store.listEvents({}, { limit: 1 })).items;
  if (call === undefined) throw new Error('nothing is stored');
  const email = { kind: 'email', value: 'ada@example.com' };
  await store.stitch([{ event: call, identifiers: [email, { kind: 'anonymous_id', value: 'a1' }] }]);
  await store.close();
}

describe('hookstitch try', () => {
  it('asks the store whose the event is, and remembers nothing of it', async () => {
    const folder = await temporaryFolder({ ...files, 'paid.yaml': stitching, 'fixtures/paid.json': ofAda });
    await link(join(folder, 'data'));

    const { out } = await hookstitch(folder, ['try', 'paid', '--show', 'debug'], secrets);

    expect(out).toContain(
      "whose     user by the mapping's fallback · visitor via email, seen 2026-05-03 10:00:00 in callrail",
    );
    expect(out).toContain('"anonymous_id": "a1"');
    const store = await openStore({ dataDir: join(folder, 'data') });
    onTestFinished(() => store.close());
    expect((await store.stats()).events).toMatchObject({ received: 1, translated: 0 });
  });

  it("shows every value with its expression and place on the mapping's first test, and sends nothing", async () => {
    const { code, out } = await tried(['paid'], secrets);

    const line = (...parts: readonly string[]) => expect.stringMatching(new RegExp(parts.map(literal).join('\\s+')));
    expect(out.split('\n')).toEqual([
      line('event', 'evt_'),
      line('when', 'true', '=$exists(id)', 'paid.yaml:5:7'),
      line('let', 'owner', '(nothing)', '=data.object.custmer', 'paid.yaml:7:10'),
      line('! "custmer" is not in data.object; did you mean "customer"?'),
      line('event', 'name', 'invoice.paid', '=type', 'paid.yaml:9:9'),
      line('id', 'evt_1', '=id', 'paid.yaml:10:7'),
      line('user.id', 'cus_1', '=data.object.customer', 'paid.yaml:12:9'),
      line('user.email', '(nothing)', '=$owner', 'paid.yaml:13:12'),
      line('! $owner yields nothing, because "custmer" is not in data.object; did you mean "customer"?'),
      line('whose', 'user from the event · visitor unknown'),
      line('→ debug', 'valid'),
      line('→ segment', 'valid', 'POST https://api.segment.io/v1/track'),
      line(
        '→ usermaven',
        'valid',
        'POST https://events.usermaven.com/api/v1/s2s/event?token=a_key_of_usermaven.[redacted]',
      ),
      'Nothing was sent. Send it: hookstitch try paid --send',
      '',
    ]);
    expect(out).toContain('invoice.paid  received');
    expect(out).toContain('(its test "a payment is told", fixtures/paid.json)');
    expect(code).toBe(0);
  });

  it('takes the name with its ending, and paths', async () => {
    const folder = await temporaryFolder(files);
    expect(await hookstitch(tmpdir(), ['try', join(folder, 'paid.yaml')], { MAPPINGS_DIR: folder })).toMatchObject({
      code: 0,
    });
  });

  it('takes a file with a body, and its type where the body does not tell', async () => {
    const calls = `version: 1
name: Calls
source: callrail
events: post_call
event: { name: Call, user: { id: =caller }, attributes: { kind: =$meta.kind } }
destinations: [debug]
`;
    const { code, out } = await tried(
      ['calls', '--event', 'call.json', '--type', 'post_call'],
      {},
      {
        'calls.yaml': calls,
        'call.json': JSON.stringify({ resource_id: 'CAL1', caller: 'cus_1' }),
      },
    );
    expect(out).toContain('post_call');
    expect(out).toMatch(/attributes\.kind\s+post_call/);
    expect(out).toContain('hookstitch try calls --event call.json --type post_call --send');
    expect(code).toBe(0);
  });

  describe('where only the URL would tell the type', () => {
    const calls = (events: string): string => `version: 1
name: Calls
source: callrail
events: ${events}
event: { name: Call, user: { id: =caller }, attributes: { kind: =$meta.kind } }
destinations: [debug]
`;
    const call = { 'call.json': JSON.stringify({ resource_id: 'CAL1', caller: 'cus_1' }) };
    const triedWith = (events: string, ...more: readonly string[]): Promise<Ended> =>
      tried(['calls', '--event', 'call.json', ...more], {}, { ...call, 'calls.yaml': calls(events) });

    it.each(['post_call', '[post_call]', 'post_c*'])('takes the only one the mapping is for: %s', async (events) => {
      const { code, out } = await triedWith(events);
      expect(out).toContain('(call.json, as post_call)');
      expect(out).toMatch(/attributes\.kind\s+post_call/);
      expect(code).toBe(0);
    });

    it('says what to add where the mapping is for several, and lists no value that was not reached', async () => {
      const { code, out } = await triedWith('[post_call, form_captured]');
      expect(out.split('\n')).toEqual([
        expect.stringContaining('unknown'),
        expect.stringMatching(/^unmatched .*the mapping is for callrail events of type post_call, form_captured/),
        expect.stringContaining(
          'its body does not tell its type; say it with --type post_call or --type form_captured',
        ),
        'Nothing was sent.',
        '',
      ]);
      expect(code).toBe(1);
      expect(await triedWith('[post_call, form_captured]', '--type', 'form_captured')).toMatchObject({ code: 0 });
    });

    it('forces none upon an event whose body tells another', async () => {
      const other = { 'other.json': JSON.stringify({ ...body, type: 'customer.created' }) };
      const { code, out } = await tried(['paid', '--event', 'other.json'], {}, other);
      expect(out).toContain('this one is stripe customer.created');
      expect(out).not.toContain('--type');
      expect(code).toBe(1);
    });
  });

  it('says why its source cannot read a body', async () => {
    const { code, err } = await tried(['paid', '--event', 'other.json'], {}, { 'other.json': '{"no":"event"}' });
    expect(err).toContain('stripe cannot read the body of other.json: A Stripe event has an `id` and a `type`');
    expect(code).toBe(2);
  });

  it('names the fixture of its first test where that cannot be read', async () => {
    const { code, err } = await tried(['paid'], {}, { 'fixtures/paid.json': '{' });
    expect(err).toContain('fixtures/paid.json, which its test "a payment is told" is given, is not JSON');
    expect(code).toBe(2);
  });

  it('shows the payload for one destination in full, without control characters', async () => {
    const { out } = await tried(
      ['paid', '--show', 'debug'],
      {},
      {
        'paid.yaml': mapping.replace('  debug:\n', '  debug: { merge: { who: =data.object.name } }\n'),
      },
    );
    expect(out).toContain('    {\n      "type": "track",');
    expect(out).toContain('"who": "Ada\\u001b[31m"');
    expect(out).toMatch(/debug\.merge\.who\s+Ada\ufffd\[31m/);
    expect(await tried(['paid', '--show', 'debugg'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no destination called "debugg"; there are segment, usermaven, debug'),
    });
  });

  it('exits 1 and names the place where a destination would refuse the payload', async () => {
    const { code, out } = await tried(['paid'], secrets, {
      'paid.yaml': mapping.replace('  segment:\n', '  segment:\n    merge: { userId: =created }\n'),
    });
    expect(out).toMatch(/→ segment\s+INVALID/);
    expect(out).toMatch(/ {4}userId .*paid\.yaml:17:22/);
    expect(code).toBe(1);
  });

  it('exits 1 where the mapping fails or is for other events, and 0 where it skips', async () => {
    const failing = { 'paid.yaml': mapping.replace('=data.object.customer', '=$number(type)') };
    expect(await tried(['paid'], {}, failing)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/failed\s+event\.user\.id: /),
    });
    const other = { 'paid.yaml': mapping.replace('[invoice.*, check.event]', 'customer.created') };
    expect(await tried(['paid'], {}, other)).toMatchObject({
      code: 1,
      out: expect.stringContaining('this one is stripe invoice.paid'),
    });
    const skipping = { 'paid.yaml': mapping.replace('$exists(id)', '$exists(vid)') };
    expect(await tried(['paid'], {}, skipping)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/skipped\s+=\$exists\(vid\) gives false\s+paid\.yaml:5:7/),
    });
  });

  it('prints what is wrong with the file as validate does', async () => {
    const broken = { 'paid.yaml': mapping.replace('=$exists(id)', '=$exist(id)') };
    expect(await tried(['paid'], {}, broken)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^paid\.yaml:5:8 {2}error {2}unknown function \$exist/m),
    });
    expect(await tried(['paid', '--json'], {}, broken)).toMatchObject({
      code: 1,
      out: expect.stringContaining('"ok": false'),
    });
  });

  it('knows what to say where there is no such mapping, event or file', async () => {
    expect(await tried(['piad'])).toMatchObject({ code: 2, err: expect.stringContaining('did you mean paid.yaml?') });
    expect(await tried(['paid', '--event', 'latest'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no gateway is running, and there is no store in'),
    });
    expect(await tried(['paid', '--event', 'nothing.json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--event nothing.json cannot be read'),
    });
    const text = { 'paid.yaml': mapping.slice(0, mapping.indexOf('tests:')) };
    expect(await tried(['paid'], {}, text)).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no event to try it on'),
    });
  });

  it('speaks JSON when asked', async () => {
    const { out } = await tried(['paid', '--json'], secrets);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      outcome: 'translated',
      from: expect.stringContaining('fixtures/paid.json'),
      sent: null,
      fields: expect.arrayContaining([
        expect.objectContaining({
          path: 'event.user.email',
          result: 'nothing',
          at: { file: 'paid.yaml', line: 13, column: 12 },
        }),
      ]),
      items: [
        {
          destinations: [{ destination: 'debug', ok: true }, { destination: 'segment' }, { destination: 'usermaven' }],
        },
      ],
    });
  });
});

describe('hookstitch try --send', () => {
  it('sends each payload once, as the gateway would, and tells what came of it', async () => {
    const standIn = await startSegment({ writeKey: secrets.SEGMENT_WRITE_KEY });
    onTestFinished(() => standIn.close());
    const withoutUsermaven = { 'gateway.yaml': gateway.replace('a_key_of_usermaven', '"${MISSING:-}"') };

    const { code, out } = await tried(['paid', '--send'], { ...secrets, SEGMENT_URL: standIn.url }, withoutUsermaven);

    expect(standIn.received).toMatchObject([{ path: '/v1/track', body: { event: 'invoice.paid', userId: 'cus_1' } }]);
    expect(out).toMatch(/✓ debug\s+delivered/);
    expect(out).toMatch(/✓ segment\s+delivered 200 in \d+ ms as [\da-f-]{36}/);
    expect(out).toMatch(/⊘ usermaven\s+not sent: off: MISSING is not set/);
    expect(code).toBe(0);
  });

  it('tells what a destination refused', async () => {
    const standIn = await startSegment({ writeKey: secrets.SEGMENT_WRITE_KEY });
    onTestFinished(() => standIn.close());
    standIn.answerNext({ status: 401, body: { message: 'no such key' } });
    const onlySegment = {
      'paid.yaml': mapping
        .replace(/destinations:\n.*\n.*\n.*\n/, 'destinations: [segment]\n')
        .replace('{ debug:', '{ segment:'),
    };

    const { code, out } = await tried(
      ['paid', '--send', '--json'],
      { ...secrets, SEGMENT_URL: standIn.url },
      onlySegment,
    );

    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      sent: [{ destination: 'segment', outcome: 'retry', reason: 'unauthorized', response: { status: 401 } }],
    });
    expect(code).toBe(1);
  });
});

describe('with a gateway', () => {
  const start = async () => {
    const onlyDebug = mapping.slice(0, mapping.indexOf('  segment:'));
    const workspace = await createWorkspace({ gateway, mappings: { 'paid.yaml': onlyDebug } });
    onTestFinished(workspace.remove);
    const environment = {
      DATA_DIR: `${workspace.folder}/data`,
      ADMIN_TOKEN: workspace.token,
      ADMIN_PORT: new URL(workspace.adminUrl).port,
    };
    const running = await workspace.start();
    await postStripe(workspace.url, stripeBody('evt_other', 'customer.created'));
    await postStripe(workspace.url, stripeBody('evt_latest'));
    await postStripe(workspace.url, stripeBody('evt_younger', 'customer.created'));
    await settled(workspace, 10_000);
    return { workspace, environment, running };
  };

  it('takes the latest event the mapping is for, or any by its id, from the gateway or from its store', async () => {
    const { workspace, environment, running } = await start();
    const { folder } = workspace;
    const latest = await hookstitch(folder, ['try', 'paid'], environment);
    expect(latest).toMatchObject({ code: 0, out: expect.stringMatching(/check\.event .*\(the running gateway\)/) });
    expect(latest.out).toMatch(/user\.id\s+cus_evt_latest/);

    const answer = await fetch(`${workspace.adminUrl}/api/events`, {
      headers: { authorization: `Bearer ${workspace.token}` },
    });
    const { items } = (await answer.json()) as { items: { id: string; external_id: string }[] };
    const id = items.find(({ external_id }) => external_id === 'evt_latest')?.id ?? '';
    const byId = await hookstitch(folder, ['try', 'paid', '--event', id], environment);
    expect(byId).toMatchObject({ code: 0, out: expect.stringContaining(`hookstitch try paid --event ${id} --send`) });
    expect(await hookstitch(folder, ['try', 'paid', '--event', 'evt_0none'], environment)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no event evt_0none'),
    });

    const elsewhere = { ...environment, ADMIN_PORT: '1' };
    expect(await hookstitch(folder, ['try', 'paid', '--event', 'latest'], elsewhere)).toMatchObject({
      code: 1,
      err: expect.stringContaining('open and does not answer the API'),
    });

    await running.end('SIGTERM');
    const stored = await hookstitch(folder, ['try', 'paid', '--event', 'latest'], environment);
    expect(stored).toMatchObject({ code: 0, out: expect.stringContaining('(the store in ') });
    expect(stored.out).toMatch(/user\.id\s+cus_evt_latest/);
    const store = await openStore({ dataDir: environment.DATA_DIR });
    expect((await store.stats()).deliveries.delivered).toBe(1);
    await store.close();
  });
});

const literal = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

describe('an event of a source that is described in gateway.yaml', () => {
  const shop = { 'gateway.yaml': shopGateway, 'shop.yaml': shopMapping, 'starred.yaml': starred };

  it('is shown with what the expressions that tell which it is came to', async () => {
    const { out } = await tried(['shop.yaml'], {}, shop);
    expect(out).toMatch(/^source +event_type +paid +=event$/m);
    expect(out).toMatch(/^ +event_id +\["paid",7\] +=\[event, order\.id\]$/m);
    expect(out).toMatch(/^ +occurred_at +\(nothing\) +=creatd$/m);
    expect(JSON.parse((await tried(['shop.yaml', '--json'], {}, shop)).out)).toMatchObject({
      readings: [
        { setting: 'event_type', expression: 'event', value: 'paid' },
        { setting: 'event_id', expression: '[event, order.id]', value: ['paid', 7] },
        { setting: 'occurred_at', expression: 'creatd', value: null },
      ],
    });
  });

  it('has its type from the headers that a test gives', async () => {
    const { out, code } = await tried(['starred.yaml'], {}, shop);
    expect(code).toBe(0);
    expect(out).toMatch(/star\.created/);
    expect(out).toMatch(/event_id +72d3162e +=\$headers\.`x-github-delivery`$/m);
  });
});
