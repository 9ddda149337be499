import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callrail } from '../../src/sources/callrail.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { now } from '../sources/raw-request.ts';
import { claimDeliveries, draft, testAdmin, translateAll } from '../support/admin.ts';
import { request } from '../support/http-client.ts';
import { configured, testReceiver } from '../support/receiver.ts';

const event = (id: string) => JSON.stringify({ id, type: 'invoice.paid' });

/** `name{labels} value` of every sample, without the buckets of histograms and without how the store is. */
const samplesIn = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !/_(bucket|sum|damages)\b/.test(line));

describe('GET /metrics', () => {
  it('is text for Prometheus', async () => {
    const { get } = await testAdmin(await testReceiver());
    const { status, headers } = await get('/metrics');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  it('names everything that is counted, before there is anything', async () => {
    const { get } = await testAdmin(await testReceiver());
    const { text } = await get('/metrics');
    const types = Array.from(text.matchAll(/^# TYPE (\w+) (\w+)$/gm), ([, name, type]) => `${name} ${type}`);
    expect(types.toSorted()).toEqual([
      'hookstitch_accept_seconds histogram',
      'hookstitch_attempt_seconds histogram',
      'hookstitch_attempts_total counter',
      'hookstitch_deliveries gauge',
      'hookstitch_disk_bytes gauge',
      'hookstitch_end_to_end_seconds histogram',
      'hookstitch_events_total counter',
      'hookstitch_lane_state gauge',
      'hookstitch_oldest_pending_seconds gauge',
      'hookstitch_replay_events gauge',
      'hookstitch_requests_total counter',
      'hookstitch_stitched_total counter',
      'hookstitch_store_damages gauge',
    ]);
    expect(text.match(/^# HELP /gm)).toHaveLength(types.length);
  });

  it('tells how much of the replays that run is still to be done', async () => {
    const receiver = await testReceiver();
    for (const id of ['evt_1', 'evt_2', 'evt_3']) await receiver.post(stripe, event(id));
    await translateAll(receiver, () => ({ runs: [], why: 'no mapping' }));
    const order = { filter: {}, destinations: null, includesDelivered: false, rate: 1 };
    await receiver.store.startReplay(order, now);
    await receiver.store.continueReplays(now);

    const { text } = await (await testAdmin(receiver)).get('/metrics');
    expect(samplesIn(text)).toEqual(
      expect.arrayContaining([
        'hookstitch_replay_events{state="in_line"} 1',
        'hookstitch_replay_events{state="waiting"} 2',
      ]),
    );
  });

  it('counts requests by what became of them, and times those that were accepted', async () => {
    const off = { ...configured(callrail, { secret: [] }), off: 'CALLRAIL_SIGNING_KEY is not set' };
    const receiver = await testReceiver({ sources: [configured(stripe), off] });
    const post = (path: string, headers = {}) => request(`${receiver.url}${path}`, { method: 'POST', headers });
    for (const id of ['evt_1', 'evt_1', 'evt_2']) await receiver.post(stripe, event(id));
    await post('/in/stripe');
    await post('/in/stripe', { 'content-encoding': 'gzip' });
    await post('/in/callrail/post_call');
    await post('/in/unknown');
    await post('/in/stripe/no-kind');
    await request(`${receiver.url}/in/stripe`);
    const { text } = await (await testAdmin(receiver)).get('/metrics');
    expect(samplesIn(text)).toEqual([
      'hookstitch_requests_total{source="stripe",outcome="accepted"} 3',
      'hookstitch_requests_total{source="stripe",outcome="missing_signature"} 1',
      'hookstitch_requests_total{source="stripe",outcome="encoding_unsupported"} 1',
      'hookstitch_requests_total{source="callrail",outcome="source_not_configured"} 1',
      'hookstitch_accept_seconds_count 3',
      'hookstitch_events_total{source="stripe",status="received"} 2',
    ]);
    expect(text).toContain('hookstitch_accept_seconds_bucket{le="+Inf"} 3');
  });

  it('tells what was found damaged', async () => {
    const receiver = await testReceiver();
    const { get } = await testAdmin(receiver);
    expect((await get('/metrics')).text).toContain('hookstitch_store_damages 0');

    await receiver.post(stripe, event('evt_1'));
    const other = new Database(join(receiver.dataDir, 'hookstitch.db'));
    onTestFinished(() => void other.close());
    other.exec("update event set type = 'invoice.void'");
    const [stored] = (await receiver.store.listEvents({}, { limit: 1 })).items;
    await get(`/api/events/${stored?.id}`);

    expect((await get('/metrics')).text).toContain('hookstitch_store_damages 1');
    const { damages } = JSON.parse((await get('/api/store')).text);
    expect(damages).toEqual([{ place: expect.stringMatching(/^event evt_/), what: expect.any(String) }]);
    expect(JSON.parse((await request(`${receiver.url}/readyz`)).text)).toMatchObject({ store: 'damaged' });
  });

  it('counts a request that the store does not take', async () => {
    const receiver = await testReceiver();
    const other = new Database(join(receiver.dataDir, 'hookstitch.db'));
    onTestFinished(() => void other.close());
    other.exec('begin immediate');
    await receiver.post(stripe, event('evt_1'));
    other.exec('rollback');
    expect(samplesIn(await receiver.metrics.text())).toEqual([
      'hookstitch_requests_total{source="stripe",outcome="store_unavailable"} 1',
      'hookstitch_accept_seconds_count 0',
    ]);
  });

  it('tells what is stored, as it is now', async () => {
    const receiver = await testReceiver();
    for (const id of ['evt_1', 'evt_2']) await receiver.post(stripe, event(id));
    await receiver.post(callrail, '<html>');
    const { get } = await testAdmin(receiver);
    const stored = async () =>
      samplesIn((await get('/metrics')).text).filter((line) => !/_requests_|_accept_/.test(line));
    expect(await stored()).toEqual([
      'hookstitch_events_total{source="callrail",status="failed"} 1',
      'hookstitch_events_total{source="stripe",status="received"} 2',
    ]);
    await translateAll(receiver, ({ externalId }) =>
      externalId === 'evt_1'
        ? { runs: [], drafts: [draft('one'), draft('two')], origins: ['link', 'stable_id'] }
        : { runs: [], why: 'no mapping' },
    );
    await claimDeliveries(receiver.store, 'two');
    expect(await stored()).toEqual(
      expect.arrayContaining([
        'hookstitch_events_total{source="callrail",status="failed"} 1',
        'hookstitch_events_total{source="stripe",status="translated"} 1',
        'hookstitch_events_total{source="stripe",status="unmatched"} 1',
        'hookstitch_deliveries{destination="one",status="pending"} 1',
        'hookstitch_deliveries{destination="two",status="in_flight"} 1',
        'hookstitch_stitched_total{source="stripe",from="link"} 1',
        'hookstitch_stitched_total{source="stripe",from="stable_id"} 1',
        'hookstitch_oldest_pending_seconds{destination="one"} 0',
        'hookstitch_oldest_pending_seconds{destination="two"} 0',
      ]),
    );
  });

  it('tells of every lane whether it is let through', async () => {
    const receiver = await testReceiver();
    const circuit = { state: 'open', trouble: 'gone', message: 'm', since: now, probeAt: now } as const;
    await receiver.store.changeLane('one', (lane) => ({ ...lane, circuit }));
    await receiver.store.changeLane('two', (lane) => ({ ...lane, circuit, pausedAt: now }));
    const { get } = await testAdmin(receiver);
    const lines = (await get('/metrics')).text.split('\n').filter((line) => line.startsWith('hookstitch_lane_state'));
    expect(lines).toEqual([
      'hookstitch_lane_state{destination="one",state="open"} 1',
      'hookstitch_lane_state{destination="two",state="paused"} 1',
    ]);
  });

  it('tells how long the oldest delivery has waited', async () => {
    let time = now;
    const receiver = await testReceiver({ clock: { now: () => time } });
    await receiver.post(stripe, event('evt_1'));
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('one')] }));
    time = new Date(now.getTime() + 90_500);
    expect(await receiver.metrics.text()).toContain('hookstitch_oldest_pending_seconds{destination="one"} 90.5');
    time = new Date(now.getTime() - 1_000);
    expect(await receiver.metrics.text()).toContain('hookstitch_oldest_pending_seconds{destination="one"} 0');
  });

  it('counts and times attempts, and the way from receipt to delivery', async () => {
    const { metrics } = await testReceiver();
    metrics.attempted({ destination: 'one', outcome: 'delivered', reason: '', seconds: 0.02 });
    metrics.attempted({ destination: 'one', outcome: 'retry', reason: 'timeout', seconds: 15 });
    metrics.attempted({ destination: 'two', outcome: 'fail', reason: 'rejected', seconds: 0.3 });
    metrics.delivered('one', 4);
    const text = await metrics.text();
    expect(samplesIn(text)).toEqual([
      'hookstitch_accept_seconds_count 0',
      'hookstitch_attempts_total{destination="one",outcome="delivered",reason=""} 1',
      'hookstitch_attempts_total{destination="one",outcome="retry",reason="timeout"} 1',
      'hookstitch_attempts_total{destination="two",outcome="fail",reason="rejected"} 1',
      'hookstitch_attempt_seconds_count{destination="one"} 2',
      'hookstitch_attempt_seconds_count{destination="two"} 1',
      'hookstitch_end_to_end_seconds_count{destination="one"} 1',
    ]);
    expect(text).toContain('hookstitch_attempt_seconds_sum{destination="one"} 15.02');
    expect(text).toContain('hookstitch_end_to_end_seconds_bucket{le="5",destination="one"} 1');
    expect(text).toContain('hookstitch_end_to_end_seconds_bucket{le="1",destination="one"} 0');
  });

  it('is counted for each gateway on its own', async () => {
    const [first, second] = [await testReceiver(), await testReceiver()];
    await first.post(stripe, event('evt_1'));
    expect(samplesIn(await first.metrics.text())).toContain('hookstitch_accept_seconds_count 1');
    expect(samplesIn(await second.metrics.text())).not.toContain('hookstitch_accept_seconds_count 1');
  });
});
