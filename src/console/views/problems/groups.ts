import type { ApiProblems } from '../../../api-shapes/repair.ts';
import { pathWith } from '../../api/client.ts';

export type DeadGroup = ApiProblems['deliveries'][number];
export type FailedGroup = ApiProblems['events'][number];

export type DeadKey = Pick<DeadGroup, 'destination' | 'reason' | 'cause'>;
export type FailedKey = Pick<FailedGroup, 'source' | 'reason' | 'cause'>;

export const deadHref = ({ destination, reason, cause }: DeadKey): string =>
  pathWith('/problems/dead', { destination, reason, cause });

export const failedHref = ({ source, reason, cause }: FailedKey): string =>
  pathWith('/problems/failed', { source, reason, cause });

export const replayHref = (id: string): string => `/problems/replays/${id}`;

export const findDead = ({ deliveries }: ApiProblems, key: DeadKey): DeadGroup | undefined =>
  deliveries.find((one) => one.destination === key.destination && one.reason === key.reason && one.cause === key.cause);

export const findFailed = ({ events }: ApiProblems, key: FailedKey): FailedGroup | undefined =>
  events.find((one) => one.source === key.source && one.reason === key.reason && one.cause === key.cause);
