import { describe, expect, it } from 'vitest';
import { startVemetric } from '../../../src/demo/stand-ins/vemetric.ts';
import { casesOf, chrome, closesStandIns, post, type RecordedHeaders, recorded } from './replay.ts';

const token = 'lab-token-0001';
const opened = closesStandIns();
const start = () => opened(startVemetric({ token, domain: 'example.com', excludedIps: ['198.51.100.9'] }));

interface Recorded {
  readonly case: string;
  readonly endpoint: string;
  readonly headers: RecordedHeaders;
  readonly request: unknown;
  readonly status: number;
  readonly response: string;
}

const pathOf = ({ endpoint }: Recorded): string => endpoint.replace('POST ', '');

describe('the vemetric stand-in', () => {
  it('answers what the hub took with an empty 200, and knows which of it went astray', async () => {
    const vemetric = await start();
    for (const taken of casesOf<Recorded>('vemetric/accepted.json')) {
      const reply = await post(`${vemetric.url}${pathOf(taken)}`, taken.request, recorded(taken.headers));
      expect([taken.case, reply.status, reply.body]).toEqual([taken.case, 200, '']);
    }
    expect(vemetric.received).toHaveLength(17);
    expect(vemetric.dropped.map(({ reason, body }) => [reason, body])).toEqual([
      ['shared_visitor', { name: 'purchase', identifier: 'user_unknown_1' }],
      ['shared_visitor', { name: 'purchase', identifier: 'user_unknown_2' }],
      ['shared_visitor', { name: 'purchase', userIdentifier: 42 }],
      ['shared_visitor', { name: 'purchase', userIdentifier: '' }],
      ['merged_visitor', { identifier: 'ident_1', displayName: 'I1' }],
      ['merged_visitor', { identifier: 'ident_2' }],
      ['merged_visitor', { identifier: 'ident_1' }],
      ['merged_visitor', { identifier: 'user_A' }],
      ['shared_visitor', { displayName: 'John', data: { set: { plan: 'ent' } } }],
      ['data_outside_set', { userIdentifier: 'user_A', data: { plan: 'z' } }],
    ]);
  });

  it.each(casesOf<Recorded>('vemetric/rejected.json'))('refuses $endpoint, $case', async (rejected) => {
    const vemetric = await start();
    const reply = await post(`${vemetric.url}${pathOf(rejected)}`, rejected.request, {
      'content-type': null,
      ...recorded(rejected.headers),
    });
    expect([reply.status, reply.body]).toEqual([rejected.status, rejected.response]);
    expect(vemetric.refused).toMatchObject([{ status: rejected.status }]);
  });

  it.each(casesOf<Recorded>('vemetric/silently-dropped.json'))('swallows: $case', async (swallowed) => {
    const vemetric = await start();
    const reply = await post(`${vemetric.url}/e`, swallowed.request, recorded(swallowed.headers));
    expect([reply.status, reply.body]).toEqual([200, '']);
    expect([vemetric.received.length, vemetric.dropped.length]).toEqual([0, 1]);
  });

  it.each(casesOf<{ userAgent: string | null; dropped: boolean }>('vemetric/user-agents.json'))(
    'hears $userAgent: dropped $dropped',
    async ({ userAgent, dropped }) => {
      const vemetric = await start();
      const body = { name: 'x', userIdentifier: 'user_A' };
      await post(`${vemetric.url}/e`, body, { token, 'user-agent': userAgent });
      expect([vemetric.received.length, vemetric.dropped.length]).toEqual(dropped ? [0, 1] : [1, 0]);
    },
  );

  it('attributes an event to its userIdentifier and knows that person from then on', async () => {
    const vemetric = await start();
    await post(`${vemetric.url}/u`, { userIdentifier: 'cus_1', data: { set: { plan: 'pro' } } }, { token });
    await post(`${vemetric.url}/e`, { name: 'purchase', identifier: 'cus_1' }, { token, 'user-agent': chrome });
    await post(`${vemetric.url}/e`, { name: 'purchase' }, { token });
    const items = vemetric.received.flatMap((call) => call.items);
    expect(items.map(({ person }) => person)).toEqual(['cus_1', 'cus_1', null]);
    expect(vemetric.distinct()).toEqual([]);
  });
});
