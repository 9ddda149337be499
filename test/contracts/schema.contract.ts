/** What every driver's tables refuse, whatever a statement says. */
import { beforeEach, expect, it } from 'vitest';
import { failureReasons, outcomeKinds } from '../../src/model/attempt.ts';
import { deliveryStatuses } from '../../src/model/delivery.ts';
import { eventFailures, eventStatuses, eventWaits } from '../../src/model/event.ts';
import { circuitStates, laneTroubles } from '../../src/model/lane.ts';
import { replayStatuses } from '../../src/model/replay.ts';
import { seriesKinds } from '../../src/model/series.ts';
import { readProjectFile } from '../support/project-files.ts';

export type Row = Readonly<Record<string, string | number | null>>;

/** Tables as a driver's migrations make them, empty but for one request. */
export interface Schema {
  insert(table: string, row: Row): Promise<unknown>;
  /** The text of a CHECK as the database itself remembers it. */
  check(table: string, constraint: string): Promise<string>;
}

/** The one request that is there. */
export const request = { seq: 1, source: 'stripe', method: 'POST', url: 'u', received_at: 0, headers: '{}' };
const event = {
  id: 'evt_1',
  request_seq: 1,
  source: 'stripe',
  type: 't',
  external_id: 'x',
  occurred_at: 0,
  received_at: 0,
};
const received = { ...event, status: 'received' };
const delivery = {
  id: 'dlv_1',
  event_id: 'evt_1',
  mapping_file: 'a.yaml',
  mapping_version: '1',
  item: 0,
  destination: 'segment',
  outgoing_id: 'o',
  created_at: 0,
  payload: '{}',
};
const pending = { ...delivery, status: 'pending', due_at: 0 };
const flying = { ...delivery, status: 'in_flight', claimed_by: 'w', lease_ends_at: 0 };
const attempt = { id: 'att_1', delivery_id: 'dlv_1', number: 1, started_at: 0, duration_ms: 0 };
const retry = { ...attempt, outcome: 'retry', reason: 'timeout', message: 'm' };

const lane = {
  destination: 'segment',
  circuit: 'closed',
  failures_in_a_row: 0,
  openings: 0,
  window_started_at: 0,
  window_requests: 0,
  window_failures: 0,
};
const replay = {
  id: 'rpl_1',
  filter: '{}',
  includes_delivered: 0,
  rate: 100,
  status: 'running',
  created_at: 0,
  due_at: 0,
  walked_at: 0,
  walked_seq: 0,
  total: 0,
};
const open = { circuit: 'open', trouble: 'failing', message: 'm', since: 0, probe_at: 1 };

export function describeSchema(initial: string, openSchema: () => Promise<Schema>): void {
  let schema: Schema;

  beforeEach(async () => {
    schema = await openSchema();
  });

  const insert = (table: string, row: Row): Promise<unknown> => schema.insert(table, row);

  it.each([
    ['event', 'known_status', eventStatuses],
    ['event', 'known_reason', eventFailures],
    ['event', 'known_wait', eventWaits],
    ['delivery', 'known_status', deliveryStatuses],
    ['delivery', 'known_reason', failureReasons],
    ['attempt', 'known_outcome', outcomeKinds],
    ['attempt', 'known_reason', failureReasons],
    ['attempt', 'known_lane', laneTroubles.filter((trouble) => trouble !== 'failing')],
    ['lane', 'known_circuit', circuitStates],
    ['lane', 'known_trouble', laneTroubles],
    ['tally', 'known_kind', ['event', 'delivery']],
    ['problem', 'known_kind', ['event', 'delivery']],
    ['series', 'known_kind', seriesKinds],
    ['replay', 'known_status', replayStatuses],
  ])('has the words of the model in %s.%s', async (table, constraint, words) => {
    const check = await schema.check(table, constraint);
    expect(Array.from(check.matchAll(/'(\w+)'/g), ([, word]) => word)).toEqual([...words]);
  });

  it.each<[string, Row, string | RegExp]>([
    ['of an unknown status', { ...event, status: 'done' }, 'known_status'],
    [
      'of an unknown reason',
      { ...event, status: 'failed', reason: 'bad luck', message: 'm', settled_at: 0 },
      'known_reason',
    ],
    ['failed without a reason', { ...event, status: 'failed', message: 'm', settled_at: 0 }, 'reason_iff_failed'],
    ['received with a reason', { ...received, reason: 'too_slow' }, 'reason_iff_failed'],
    [
      'failed without a message',
      { ...event, status: 'failed', reason: 'too_slow', settled_at: 0 },
      'message_iff_no_result',
    ],
    ['unmatched without a message', { ...event, status: 'unmatched', settled_at: 0 }, 'message_iff_no_result'],
    [
      'translated with a message',
      { ...event, status: 'translated', settled_at: 0, message: 'm' },
      'message_iff_no_result',
    ],
    ['received and settled', { ...received, settled_at: 0 }, 'settled_iff_moved'],
    ['translated and not settled', { ...event, status: 'translated' }, 'settled_iff_moved'],
    ['leased by nobody', { ...received, tries: 1, lease_ends_at: 0 }, 'lease_has_a_holder'],
    ['claimed for ever', { ...received, tries: 1, claimed_by: 'wrk_1' }, 'lease_has_a_holder'],
    [
      'translated and leased',
      { ...event, status: 'translated', settled_at: 0, claimed_by: 'w', lease_ends_at: 0, tries: 1 },
      'leased_only_received',
    ],
    ['waiting for something unknown', { ...received, waits_for: 'luck', due_at: 0 }, 'known_wait'],
    ['waiting for ever', { ...received, waits_for: 'lookup' }, 'due_iff_waits'],
    ['delayed for nothing', { ...received, due_at: 0 }, 'due_iff_waits'],
    [
      'translated and delayed',
      { ...event, status: 'translated', settled_at: 0, waits_for: 'lookup', due_at: 0 },
      'due_only_received',
    ],
    [
      'claimed and delayed',
      { ...received, tries: 1, claimed_by: 'w', lease_ends_at: 0, waits_for: 'lookup', due_at: 0 },
      'due_only_received',
    ],
    ['received with a cause', { ...received, cause: 'c' }, 'cause_only_failed'],
    [
      'translated in a replay',
      { ...event, status: 'translated', settled_at: 0, replay_seq: 1 },
      'replayed_only_received',
    ],
    [
      'translated and in line',
      { ...event, status: 'translated', settled_at: 0, in_line_since: 1 },
      'in_line_only_received',
    ],
    ['claimed and never tried', { ...received, claimed_by: 'wrk_1', lease_ends_at: 0 }, 'claimed_means_tried'],
  ])('refuses an event that is %s', async (_, row, constraint) => {
    await insert('event', { ...received, id: 'evt_2', external_id: 'y' });
    await expect(insert('event', row)).rejects.toThrow(constraint);
  });

  it.each<[string, Row, string | RegExp]>([
    ['of an unknown status', { ...delivery, status: 'sent' }, 'known_status'],
    [
      'of an unknown reason',
      { ...delivery, status: 'dead', settled_at: 0, reason: 'bad luck', cause: 'c' },
      'known_reason',
    ],
    ['pending and never due', { ...delivery, status: 'pending' }, 'due_iff_pending'],
    ['delivered and due', { ...pending, status: 'delivered', settled_at: 0, attempts: 1 }, 'due_iff_pending'],
    ['in flight for ever', { ...delivery, status: 'in_flight', claimed_by: 'w' }, 'leased_iff_in_flight'],
    ['pending and leased', { ...pending, lease_ends_at: 0 }, 'leased_iff_in_flight'],
    ['in flight with nobody', { ...delivery, status: 'in_flight', lease_ends_at: 0 }, 'claimed_iff_in_flight'],
    ['pending and settled', { ...pending, settled_at: 0 }, 'settled_iff_terminal'],
    ['delivered at no time', { ...delivery, status: 'delivered', attempts: 1 }, 'settled_iff_terminal'],
    ['dead without a reason', { ...delivery, status: 'dead', settled_at: 0, cause: 'c' }, 'reason_iff_dead'],
    ['pending with a reason', { ...pending, reason: 'timeout' }, 'reason_iff_dead'],
    ['dead without a cause', { ...delivery, status: 'dead', settled_at: 0, reason: 'timeout' }, 'cause_iff_dead'],
    ['pending with a cause', { ...pending, cause: 'c' }, 'cause_iff_dead'],
    ['in flight and behind', { ...flying, person: 'p', is_behind: 1 }, 'behind_only_pending'],
    ['behind others of nobody', { ...pending, is_behind: 1 }, 'behind_only_pending'],
    ['failed more often than tried', { ...pending, failures: 1, failing_since: 0 }, 'failures_are_attempts'],
    ['failed and never failing', { ...pending, attempts: 1, failures: 1 }, 'failing_iff_failed'],
    ['delivered without an attempt', { ...delivery, status: 'delivered', settled_at: 0 }, 'delivered_was_tried'],
    ['of no event', { ...pending, event_id: 'evt_none' }, /foreign key/i],
  ])('refuses a delivery that is %s', async (_, row, constraint) => {
    await insert('event', received);
    await expect(insert('delivery', row)).rejects.toThrow(constraint);
  });

  it.each<[string, Row, string | RegExp]>([
    ['of an unknown outcome', { ...retry, outcome: 'maybe' }, 'known_outcome'],
    ['of an unknown reason', { ...retry, reason: 'bad luck' }, 'known_reason'],
    ['of an unknown lane', { ...retry, outcome: 'fail', lane: 'slow' }, 'known_lane'],
    ['numbered below one', { ...retry, number: 0 }, 'numbered_from_one'],
    ['failed without a reason', { ...attempt, outcome: 'fail' }, 'reason_iff_unsuccessful'],
    ['delivered with a reason', { ...retry, outcome: 'delivered' }, 'reason_iff_unsuccessful'],
    ['failed without a message', { ...retry, message: null }, 'message_iff_reason'],
    ['failed for good, with a wait', { ...retry, outcome: 'fail', retry_after_ms: 1 }, 'retry_after_of_retry'],
    ['failed for good, for the whole lane', { ...retry, outcome: 'fail', lane: 'gone' }, 'lane_of_retry'],
    ['failed for good, who knows', { ...retry, outcome: 'fail', ambiguous: 1 }, 'ambiguous_of_retry'],
    ['answered without a body', { ...retry, response_status: 200 }, 'response_is_whole'],
    ['numbered like another', { ...retry, id: 'att_2', number: 7 }, /unique/i],
    ['of no delivery', { ...retry, delivery_id: 'dlv_none' }, /foreign key/i],
  ])('refuses an attempt that is %s', async (_, row, constraint) => {
    await insert('event', received);
    await insert('delivery', pending);
    await insert('attempt', { ...retry, id: 'att_7', number: 7 });
    await expect(insert('attempt', row)).rejects.toThrow(constraint);
  });

  it.each<[string, Row, string | RegExp]>([
    ['of an unknown state', { ...lane, circuit: 'ajar' }, 'known_circuit'],
    ['in unknown trouble', { ...lane, ...open, trouble: 'luck' }, 'known_trouble'],
    ['open without trouble', { ...lane, ...open, trouble: null }, 'trouble_iff_open'],
    ['closed in trouble', { ...lane, trouble: 'gone' }, 'trouble_iff_open'],
    ['open without a message', { ...lane, ...open, message: null }, 'message_iff_open'],
    ['open since never', { ...lane, ...open, since: null }, 'since_iff_open'],
    ['open for ever', { ...lane, ...open, probe_at: null }, 'probe_iff_open'],
    ['counting tokens at no time', { ...lane, tokens: 1 }, 'tokens_are_counted'],
    ['failing more often than it was asked', { ...lane, window_failures: 1 }, 'never_negative'],
  ])('refuses a lane that is %s', async (_, row, constraint) => {
    await insert('lane', { ...lane, ...open, destination: 'umami' });
    await expect(insert('lane', row)).rejects.toThrow(constraint);
  });

  it.each<[string, Row, string]>([
    ['of an unknown status', { ...replay, status: 'paused', due_at: null, ended_at: 0 }, 'known_status'],
    ['running and over', { ...replay, ended_at: 0 }, 'ended_iff_over'],
    ['finished at no time', { ...replay, status: 'finished', due_at: null }, 'ended_iff_over'],
    ['finished and due', { ...replay, status: 'finished', ended_at: 0 }, 'due_only_running'],
    ['that never gets anywhere', { ...replay, rate: 0 }, 'goes_forward'],
    ['with fewer than none in line', { ...replay, in_line: -1 }, 'never_negative'],
    ['of some that are delivered', { ...replay, includes_delivered: 2 }, 'is_a_flag'],
  ])('refuses a replay %s', async (_, row, constraint) => {
    await insert('replay', { ...replay, id: 'rpl_2' });
    await expect(insert('replay', row)).rejects.toThrow(constraint);
  });

  it('keeps one event for each external id of a source', async () => {
    await insert('event', received);
    await expect(insert('event', { ...received, id: 'evt_2' })).rejects.toThrow(/unique/i);
  });

  it('says of every table who writes and who reads it', () => {
    const explained = readProjectFile(initial).match(
      /^-- Written (by|with) [^;]*; read by .*\n(?:-- .*\n)*create table/gm,
    );

    expect(explained).toHaveLength(readProjectFile(initial).match(/^create table/gm)?.length ?? 0);
  });
}
