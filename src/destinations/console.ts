import { z } from 'zod';
import type { CanonicalEvent } from '../model/canonical-event.ts';
import type { JsonObject } from '../model/json.ts';
import { commonSettings, defineDestination, type Translated } from './destination.ts';

const settings = z.strictObject({
  type: z
    .literal('console')
    .meta({ description: 'Shows payloads on standard output and keeps them; for trying things out.' }),
  ...commonSettings,
});

/** The canonical event as it is: what a mapping's `event:` block yields before any vendor's shape. */
function translate(event: CanonicalEvent): Translated {
  const payload: JsonObject = JSON.parse(JSON.stringify(event));
  return { payload };
}

/** For building mappings: shows and keeps payloads, and sends nothing. */
export const consoleDestination = defineDestination({
  name: 'console',
  title: 'Console',
  docs: 'docs/destinations.md',
  transport: 'local',
  settings,
  secrets: [],
  required: [],
  sample: settings.parse({ type: 'console' }),
  keepNullUnder: ['traits'],
  joins: true,
  translate,
  check: () => [],
});
