import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demoCredentials } from '../../../src/demo/scenario.ts';
import { startStandIn } from '../../../src/demo/stand-ins/index.ts';
import { closesStandIns, post } from './replay.ts';

const opened = closesStandIns();
const { destinations } = demoCredentials(randomBytes);

describe('startStandIn', () => {
  it('starts every destination with the credentials of the demo', async () => {
    const usermaven = await opened(startStandIn('usermaven', destinations.usermaven));
    const vemetric = await opened(startStandIn('vemetric', destinations.vemetric));
    const umami = await opened(startStandIn('umami', destinations.umami));
    const segment = await opened(startStandIn('segment', destinations.segment));
    const { apiKey, serverToken } = destinations.usermaven;
    await post(`${usermaven.url}/api/v1/s2s/event?token=${apiKey}.${serverToken}`, {
      api_key: apiKey,
      event_type: 'x',
      user: { id: 'u1' },
    });
    await post(`${vemetric.url}/e`, { name: 'x', userIdentifier: 'u1' }, { token: destinations.vemetric.token });
    await post(`${umami.url}/api/send`, {
      type: 'event',
      payload: { website: destinations.umami.websiteId, name: 'x', id: 'u1' },
    });
    await post(`${segment.url}/v1/track`, { userId: 'u1', event: 'x', writeKey: destinations.segment.writeKey });
    const standIns = [usermaven, vemetric, umami, segment];
    expect(standIns.map(({ name, received }) => [name, received[0]?.items[0]?.person])).toEqual([
      ['usermaven', 'u1'],
      ['vemetric', 'u1'],
      ['umami', 'u1'],
      ['segment', 'u1'],
    ]);
  });
});
