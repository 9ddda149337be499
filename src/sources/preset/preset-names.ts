import { readdirSync } from 'node:fs';

/** Where each preset's file is. */
export const presetFolder = new URL('../presets/', import.meta.url);
export const presetEnding = '.yaml';

/** Every preset there is a file for. */
export const presetNames: readonly string[] = readdirSync(presetFolder)
  .filter((file) => file.endsWith(presetEnding))
  .map((file) => file.slice(0, -presetEnding.length))
  .toSorted();

/** Written as the other ways of proving oneself that gateway.yaml knows, beside which it stands. */
export const standardWebhooks = 'standard_webhooks';
