import { describe, expect, it } from 'vitest';
import type { RunningAs } from '../../src/http/settings-api.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { now } from '../sources/raw-request.ts';
import { draft, letDie, testAdmin, translateAll } from '../support/admin.ts';
import { testReceiver } from '../support/receiver.ts';

const runningAs: RunningAs = {
  ...({ version: '1.2.3', node: '24.0.0', startedAt: now, store: 'sqlite', logLevel: 'info' } as const),
  token: 'file',
  ...{ publicUrl: 'https://hooks.example.com', mappingsDir: '/srv/mappings' },
  keep: { deliveredMs: 30 * 86_400_000, deadMs: 90 * 86_400_000, keysMs: 365 * 86_400_000 },
};

describe('GET /api/settings', () => {
  it('tells what runs, how long it keeps what, and where the token comes from', async () => {
    const { json } = await testAdmin(await testReceiver(), { runningAs, localUrl: () => 'http://localhost:8080' });
    expect(await json('/api/settings')).toEqual({
      ...{ version: '1.2.3', node: '24.0.0', started_at: now.toISOString(), store: 'sqlite', log_level: 'info' },
      ...{ public_url: 'https://hooks.example.com', local_url: 'http://localhost:8080', mappings_dir: '/srv/mappings' },
      retention: { delivered_days: 30, dead_days: 90, keys_days: 365 },
      token: 'file',
    });
  });
});

describe('GET /api/diagnostics', () => {
  it('is a file to download that names what went wrong, and nobody it happened to', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'invoice.paid', email: 'ada@example.com' }));
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('segment', { email: 'ada@example.com' })] }));
    await letDie(receiver.store, 'segment', 'answered 400: ada@example.com is bad');
    await receiver.store.changeLane('segment', (lane) => ({
      ...lane,
      circuit: { state: 'open', trouble: 'failing', message: 'ada@example.com', since: now, probeAt: now },
    }));
    const { get } = await testAdmin(receiver, { runningAs });
    const { status, headers, text } = await get('/api/diagnostics');
    expect([status, headers['content-disposition']]).toEqual([
      200,
      'attachment; filename="hookstitch-diagnostics.json"',
    ]);
    expect(JSON.parse(text)).toMatchObject({
      made_at: now.toISOString(),
      settings: { version: '1.2.3', has_public_url: true },
      deliveries: { dead: 1 },
      lanes: [{ destination: 'segment', circuit: { state: 'open', trouble: 'failing' } }],
      problems: { deliveries: [{ destination: 'segment', cause: 'answered <n>: <email> is bad', count: 1 }] },
      metrics: expect.stringContaining('hookstitch_deliveries{destination="segment",status="dead"} 1'),
    });
    expect(text).not.toMatch(/ada@example|hooks\.example|\/srv/);
  });
});
