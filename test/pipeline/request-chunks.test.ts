import { describe, expect, it } from 'vitest';
import type { CommonSettings } from '../../src/destinations/destination.ts';
import { segment } from '../../src/destinations/segment.ts';
import { umami } from '../../src/destinations/umami.ts';
import type { ClaimedDelivery } from '../../src/model/delivery.ts';
import { chunksOf } from '../../src/pipeline/request-chunks.ts';

const deliveries = (count: number, { failures = 0, bytes = 2 } = {}): readonly ClaimedDelivery[] =>
  Array.from({ length: count }, () => ({ payload: 'x'.repeat(bytes), failures }) as unknown as ClaimedDelivery);

const settings = (batch: number): CommonSettings => ({ ...segment.sample, batch });
const sizes = (all: readonly ClaimedDelivery[], batch = 100): readonly number[] =>
  chunksOf(all, { destination: segment, settings: settings(batch) }).map(({ length }) => length);

describe('the requests that deliveries share', () => {
  it('hold as many as the batch', () => {
    expect(sizes(deliveries(250))).toEqual([100, 100, 50]);
    expect(sizes(deliveries(3), 1)).toEqual([1, 1, 1]);
  });

  it('hold no more than the vendor takes, by number and by bytes', () => {
    expect(sizes(deliveries(1_200), 1_000)).toEqual([500, 500, 200]);
    expect(sizes(deliveries(40, { bytes: 20_000 }))).toEqual([23, 17]);
    expect(chunksOf(deliveries(2), { destination: umami, settings: { ...umami.sample, batch: 100 } })).toHaveLength(2);
  });

  it('hold half as many for each time that one of them failed, down to one alone', () => {
    expect(sizes(deliveries(150, { failures: 1 }))).toEqual([50, 50, 50]);
    expect(sizes(deliveries(30, { failures: 3 }))).toEqual([12, 12, 6]);
    expect(sizes(deliveries(3, { failures: 7 }))).toEqual([1, 1, 1]);
    expect(sizes(deliveries(2, { failures: 99 }))).toEqual([1, 1]);
  });

  it('do not mix what failed with what did not beyond what the failed one may share', () => {
    expect(sizes([...deliveries(60), ...deliveries(1, { failures: 2 }), ...deliveries(60)])).toEqual([60, 25, 36]);
  });
});
