import type { CommonSettings, Destination } from '../destinations/destination.ts';
import type { JsonObject } from '../model/json.ts';

/** What mappings may know of a destination's settings (`$config`): everything but its secrets. */
export function publicSettings(
  { secrets }: Pick<Destination, 'secrets'>,
  { filledIn: _, ...settings }: CommonSettings,
): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !secrets.includes(key))) as JsonObject;
}
