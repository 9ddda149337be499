import type { StitchOrigin } from '../model/identity.ts';

/** What happened in each bucket of time, as the admin API answers it: every list is as long as `at`. */

export interface ApiSeries {
  readonly step: 'minute' | 'hour' | 'day';
  readonly since: string;
  readonly until: string;
  /** When each bucket begins, oldest first. */
  readonly at: readonly string[];
  readonly sources: readonly ApiSourceSeries[];
  readonly destinations: readonly ApiDestinationSeries[];
}

export interface ApiSourceSeries {
  readonly name: string;
  readonly received: readonly number[];
  readonly failed: readonly number[];
  readonly rejected: readonly number[];
  readonly stitching: Readonly<Record<StitchOrigin, readonly number[]>>;
  readonly totals: {
    readonly received: number;
    readonly rejected: number;
    readonly stitching: Readonly<Record<StitchOrigin, number>>;
    readonly rejections: Readonly<Record<string, number>>;
  };
}

export interface ApiDestinationSeries {
  readonly name: string;
  readonly delivered: readonly number[];
  readonly retry: readonly number[];
  readonly dead: readonly number[];
  readonly latency: Readonly<Record<'p50_ms' | 'p95_ms' | 'p99_ms', readonly (number | null)[]>>;
  readonly totals: {
    readonly delivered: number;
    readonly retry: number;
    readonly dead: number;
    readonly latency: { readonly count: number; readonly p50_ms: number | null; readonly p95_ms: number | null };
  };
}
