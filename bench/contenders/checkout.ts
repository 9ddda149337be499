import type { Contender } from './contender.ts';
import { startGateway } from './gateway.ts';
import { checkoutMapping, type DestinationName, type DestinationSetup, gatewayFile } from './gateway-files.ts';
import { startNaive } from './naive.ts';

/** The gateway and the yardstick under the same mapping: completed checkouts of Stripe, twenty fields each. */

/** As docs/performance.md recommends: batches where the vendor takes them, else many requests at once. */
const settingsOf: Readonly<Record<DestinationName, object>> = {
  usermaven: { batch: 100 },
  segment: { batch: 100 },
  vemetric: { concurrency: 32 },
  umami: { concurrency: 32 },
};

export const ofType = (type: DestinationName, settings: object = settingsOf[type]): DestinationSetup => ({
  type,
  name: type,
  settings,
});

export interface GatewayOptions {
  readonly name: string;
  readonly destinations: readonly DestinationSetup[];
  /** Of the destinations, those that nobody listens for. */
  readonly dead?: readonly DestinationSetup[];
  /** Mapping files besides the one for checkouts. */
  readonly mappings?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly profileTo?: string | undefined;
  readonly dataDir?: string | undefined;
}

/** A port that nothing listens on and no system gives away. */
const nobody = 'http://127.0.0.1:1';

export function checkoutGateway({
  name,
  destinations,
  dead = [],
  mappings,
  profileTo,
  ...others
}: GatewayOptions): Contender {
  const all = [...destinations, ...dead.map((one) => ({ ...one, settings: { ...one.settings, url: nobody } }))];
  return {
    name,
    destinations: destinations.map((one) => one.name),
    dead: dead.length,
    start: (sinkUrl) =>
      startGateway({
        gateway: gatewayFile(sinkUrl, all),
        mappings: { 'checkout.yaml': checkoutMapping(all.map((one) => one.name)), ...mappings },
        path: '/in/stripe',
        profileTo: profileTo && `${profileTo}/${name.replaceAll(/\W+/g, '-')}`,
        ...others,
      }),
  };
}

export const checkoutNaive = (
  name: string,
  destinations: readonly DestinationName[],
  environment: Readonly<Record<string, string>> = {},
): Contender => ({
  name,
  destinations,
  start: (sinkUrl) => startNaive({ sinkUrl, destinations, environment }),
});
