import { describe, expect, it } from 'vitest';
import { http } from '../../src/destinations/http.ts';
import { evaluateMapping } from '../../src/mapping/evaluate.ts';
import type { DestinationResult } from '../../src/mapping/run.ts';
import type { Json } from '../../src/model/json.ts';
import { inputOf, mappingOf } from './definitions.ts';

/** What a destination of type http, called `console`, gets of a mapping. */
async function resultOf(settings: object, mapping: string, body: Json = { id: 'usr_1' }): Promise<DestinationResult> {
  const parsed = http.settings.parse({ type: 'http', url: 'https://api.example.com', id_header: '', ...settings });
  const destinations = new Map([['console', { destination: http, settings: parsed }]]);
  const run = await evaluateMapping(mappingOf(mapping), inputOf(body), { vars: { site: 'example.com' }, destinations });
  const [result] = run.outcome === 'translated' ? (run.items[0]?.results ?? []) : [];
  if (result === undefined) throw new Error(JSON.stringify(run));
  return result;
}

async function payloadOf(...given: Parameters<typeof resultOf>): Promise<unknown> {
  const result = await resultOf(...given);
  return result.outcome === 'payload' ? result.payload : result;
}

const event = 'event: { name: Paid, user: { id: =id }, attributes: { plan: pro } }\n';
const standard = `${event}destinations: [console]\n`;

describe('a request that is written in gateway.yaml', () => {
  it('is filled from the event, its id, the settings, the vars and what the gateway knows', async () => {
    const settings = {
      method: '="P" & "UT"',
      path: ['v1', 'users', '=$event.user.id'],
      query: { site: '=$vars.site' },
      headers: { 'x-source': '=$meta.source' },
      body: {
        name: '=$event.name',
        type: '=$config.type',
        at: '=$now()',
        fixed: [1, true, '==x'],
        all: '=$event.attributes',
      },
    };
    expect(await payloadOf(settings, standard)).toEqual({
      method: 'PUT',
      path: '/v1/users/usr_1',
      query: { site: 'example.com' },
      headers: { 'x-source': 'shop' },
      body: {
        name: 'Paid',
        type: 'http',
        at: '2026-03-01T10:00:00.000Z',
        fixed: [1, true, '=x'],
        all: { plan: 'pro' },
      },
    });
  });

  it('carries the outgoing id, the same in every copy', async () => {
    const result = await resultOf({ id_header: 'x-id', body: { id: '=$id' } }, standard);
    if (result.outcome !== 'payload') throw new Error(result.outcome);
    expect(result.payload).toMatchObject({ headers: { 'x-id': result.outgoingId }, body: { id: result.outgoingId } });
  });

  it('sees none of the names of a mapping, and nothing of its body', async () => {
    const mapping = `let: { vars: mine, id: mine }\n${standard}`;
    const settings = { body: { site: '=$vars.site', id: '=$length($id)' } };
    expect(await payloadOf(settings, mapping)).toMatchObject({ body: { site: 'example.com', id: 36 } });
  });

  it('leaves out what comes to nothing or null, and keeps a null that is written', async () => {
    const settings = { query: { a: '=$event.user.email', b: 1 }, body: { a: '=null', b: '=$event.nothing', c: null } };
    expect(await payloadOf(settings, standard)).toEqual({
      method: 'POST',
      path: '',
      query: { b: 1 },
      headers: {},
      body: { c: null },
    });
  });

  it.each(['=$event.user.email', '=""', '=null', '=[]'])(
    'never leaves out the segment %s of a path',
    async (segment) => {
      expect(await resultOf({ path: ['users', segment, 'events'] }, standard)).toEqual({
        destination: 'console',
        outcome: 'failed',
        path: 'destinations.console',
        message: 'destinations.console.path.1 in gateway.yaml: yields nothing',
      });
    },
  );

  it.each(['../admin', 'a/../../b', '..', '.', 'a\u0000b'])(
    'may not be led elsewhere by an id such as %j',
    async (id) => {
      const result = await resultOf({ path: ['users', '=$event.user.id'] }, standard, { id });
      if (result.outcome !== 'payload') throw new Error(result.outcome);
      expect(http.check(result.payload).map(({ path }) => path)).toEqual(['path']);
    },
  );

  it('skips an event by $skip, and fails one where an expression fails', async () => {
    const skipping = { body: { ip: '=$event.context.ip ? $event.context.ip : $skip("no address")' } };
    expect(await resultOf(skipping, standard)).toMatchObject({ outcome: 'skipped', reason: 'no address' });
    expect(await resultOf({ body: { n: '=1 + $event.name' } }, standard)).toMatchObject({
      outcome: 'failed',
      path: 'destinations.console',
      message: expect.stringMatching(/^destinations\.console\.body\.n in gateway\.yaml: /),
    });
  });

  it('is changed by a mapping with merge, which sees the body', async () => {
    const mapping = `${event}destinations:\n  console:\n    merge: { body: { extra: =id, name: null }, headers: { x-a: b } }\n`;
    expect(await payloadOf({ body: { name: '=$event.name', type: '=$event.type' } }, mapping)).toEqual({
      method: 'POST',
      path: '',
      headers: { 'x-a': 'b' },
      body: { type: 'track', extra: 'usr_1' },
    });
  });

  it('keeps method, path and headers around a payload of the mapping', async () => {
    const mapping = 'destinations:\n  console:\n    payload: { body: { mine: =id } }\n';
    const settings = { path: '/events', id_header: 'x-id', query: { a: 1 }, body: { standard: true } };
    expect(await payloadOf(settings, mapping)).toEqual({
      method: 'POST',
      path: '/events',
      headers: { 'x-id': expect.any(String) },
      body: { mine: 'usr_1' },
    });
  });

  it.each(['merge', 'payload'])('goes to the path of gateway.yaml whatever the %s of a mapping says', async (key) => {
    const mapping = `${event}destinations:\n  console:\n    ${key}: { path: ="/users/" & id }\n`;
    expect(await resultOf({ path: '/events' }, mapping)).toEqual({
      destination: 'console',
      outcome: 'failed',
      path: `destinations.console.${key}.path`,
      message: 'is for gateway.yaml to say',
    });
  });
});
