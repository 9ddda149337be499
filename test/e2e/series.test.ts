import { expect, it } from 'vitest';
import { stepsMs } from '../../src/model/series.ts';
import { testGateway } from '../support/gateway.ts';

interface Series {
  readonly sources: readonly {
    readonly name: string;
    readonly totals: { readonly received: number; readonly rejected: number; readonly rejections: object };
  }[];
}

it('counts what a sender had accepted and refused, over a restart of the gateway', async () => {
  const setup = { destinations: {}, mappings: {} };
  const first = await testGateway(setup);
  await first.send('evt_1');
  for (const signature of ['t=1,v1=00', undefined])
    await fetch(`${first.url}/in/stripe`, {
      method: 'POST',
      body: '{}',
      headers: { ...(signature !== undefined && { 'stripe-signature': signature }) },
    });
  await first.halt();

  const second = await testGateway({ ...setup, dataDir: first.dataDir });
  const until = new Date(Date.now() + stepsMs.hour).toISOString();
  const { sources } = await second.get<Series>(`/api/series?until=${until}`);

  expect(sources).toMatchObject([{ name: 'stripe', totals: { received: 1, rejected: 2 } }]);
  expect(Object.keys(sources[0]?.totals.rejections ?? {})).toHaveLength(2);
});
