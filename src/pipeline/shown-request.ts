import { redact } from '../delivery/redact.ts';
import type { ConfiguredDestination, OutboundRequest } from '../destinations/destination.ts';
import { secretsOf } from './attempt.ts';

/** The request that carries a payload, as it is made today, without anything secret; undefined where none is made. */
export function shownRequest(
  payload: string,
  { destination, settings }: Pick<ConfiguredDestination, 'destination' | 'settings'>,
): OutboundRequest | undefined {
  if (destination.transport === 'local') return undefined;
  // What variables hold stays out of it: the payload has their names.
  const { filledIn: _, ...unfilled } = settings;
  const { method, url, headers, body } = destination.request([payload], unfilled);
  const secrets = secretsOf(destination, unfilled);
  const shown = (text: string): string => redact(text, secrets);
  return {
    method,
    url: shown(url).replaceAll(/%24%7B(\w+)%7D/g, '${$1}'),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, shown(value)])),
    body: shown(body),
  };
}
