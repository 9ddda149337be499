import { consoleDestination } from './console.ts';
import type { Destination } from './destination.ts';
import { http } from './http.ts';
import { segment } from './segment.ts';
import { umami } from './umami.ts';
import { usermaven } from './usermaven.ts';
import { vemetric } from './vemetric.ts';

/** Every receiver we know, under the word `type:` names it by in gateway.yaml. */
export const destinations = {
  usermaven,
  vemetric,
  umami,
  segment,
  http,
  console: consoleDestination,
} as const satisfies Record<string, Destination>;

export type DestinationName = keyof typeof destinations;

const isDestinationName = (name: string): name is DestinationName => Object.hasOwn(destinations, name);

export const destinationNamed = (name: string): Destination | undefined =>
  isDestinationName(name) ? destinations[name] : undefined;
