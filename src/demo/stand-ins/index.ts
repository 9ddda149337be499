import { type SegmentStandInOptions, startSegment } from './segment.ts';
import type { StandIn } from './stand-in.ts';
import { startUmami, type UmamiStandInOptions } from './umami.ts';
import { startUsermaven, type UsermavenStandInOptions } from './usermaven.ts';
import { startVemetric, type VemetricStandInOptions } from './vemetric.ts';

/** The registry of local servers that answer as the real destinations do, for the demo and the end-to-end tests. */
export interface StandInOptions {
  readonly usermaven: UsermavenStandInOptions;
  readonly vemetric: VemetricStandInOptions;
  readonly umami: UmamiStandInOptions;
  readonly segment: SegmentStandInOptions;
}

export type StandInName = keyof StandInOptions;

const starters: { readonly [N in StandInName]: (options: StandInOptions[N]) => Promise<StandIn> } = {
  usermaven: startUsermaven,
  vemetric: startVemetric,
  umami: startUmami,
  segment: startSegment,
};

export const startStandIn = <N extends StandInName>(name: N, options: StandInOptions[N]): Promise<StandIn> =>
  starters[name](options);
