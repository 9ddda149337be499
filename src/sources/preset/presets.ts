import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { formatProblem } from '../../diagnostics/format.ts';
import { GatewayError } from '../../model/error.ts';
import { parseYaml } from '../../yaml/document.ts';
import { shapeProblems } from '../../yaml/shape-problems.ts';
import type { Source } from '../source.ts';
import { type DescribedSettings, describedSource } from './described.ts';
import { checkSecrets, describedBase, verifyToken } from './described-settings.ts';
import { type PresetFile, presetFile } from './preset-file.ts';
import { presetEnding, presetFolder, presetNames, standardWebhooks } from './preset-names.ts';
import { presetSamples } from './samples.ts';

export { presetNames } from './preset-names.ts';

const known = new Map<string, Source>();

/** A preset as a source; its file is read when it is first asked for. Throws CONFIG_INVALID. */
export function presetNamed(name: string): Source | undefined {
  const file = name === standardWebhooks ? 'standard-webhooks' : name;
  if (!presetNames.includes(file)) return undefined;
  const source = known.get(name) ?? presetSource(name, readPreset(file));
  known.set(name, source);
  return source;
}

/** What every preset takes, for editors and the reference: one description for all of them. */
export const anyPreset: Pick<Source, 'title' | 'settings'> = {
  title: 'any sender of docs/presets.md',
  settings: z.strictObject({
    type: z.enum([standardWebhooks, ...presetNames]).meta({ description: 'The sender.' }),
    ...describedBase('The secret that the sender signs with, or its public key.'),
    ...verifyToken,
  }) as z.ZodType<DescribedSettings>,
};

/** The data of a preset. Throws CONFIG_INVALID, with every place in its file. */
export function readPreset(name: string): PresetFile {
  const file = `${name}${presetEnding}`;
  const parsed = parseYaml(file, readFileSync(new URL(file, presetFolder), 'utf8'));
  if (!parsed.ok) throw new GatewayError('CONFIG_INVALID', parsed.problems.map(formatProblem).join('\n'));
  const read = presetFile.safeParse(parsed.yaml.value);
  if (read.success) return read.data;
  const problems = shapeProblems(parsed.yaml, read.error.issues, { schema: presetFile, prefix: 'config' });
  throw new GatewayError('CONFIG_INVALID', problems.map(formatProblem).join('\n'));
}

/** A sender's description as a source under a name. */
function presetSource(name: string, preset: PresetFile): Source {
  const { verify: descriptor, handshake, title, secret } = preset;
  const base = { type: z.literal(name).meta({ description: `${title}.` }), ...describedBase(secret.description) };
  const asksForToken = handshake.some(({ proof }) => proof === 'token');
  const settings: z.ZodType<DescribedSettings> = z
    .strictObject(asksForToken ? { ...base, ...verifyToken } : base)
    .superRefine((entry, context) => checkSecrets(entry.secret, descriptor, context));
  return describedSource({
    name,
    title,
    docs: preset.docs,
    setup: preset.setup,
    eventTypes: preset.event_types,
    samples: presetSamples(preset),
    sendsOnce: preset.sends_once,
    answersEmpty: preset.answer === 'empty',
    settings,
    description: (entry) => ({
      ...preset,
      descriptor,
      handshakes: handshake,
      // An operator may know better what the events are.
      event_type: entry?.event_type ?? preset.event_type,
      event_id: entry?.event_id ?? preset.event_id,
      occurred_at: entry?.occurred_at ?? preset.occurred_at,
    }),
  });
}
