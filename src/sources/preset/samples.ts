import { isJsonObject, type Json } from '../../model/json.ts';
import { hexId, numericId } from '../samples/fresh-id.ts';
import type { Sample } from '../source.ts';
import type { PresetFile } from './preset-file.ts';
import { sampleVariables, textEvaluator } from './value.ts';

type Fresh = Parameters<Sample['body']>[0];
type Bindings = Readonly<Record<(typeof sampleVariables)[number], Json>>;

/** A preset's samples: its texts that are expressions are filled in anew for each. */
export const presetSamples = ({ samples }: Pick<PresetFile, 'samples'>): readonly Sample[] =>
  samples.map(({ name, kind, body, headers }) => ({
    name,
    kind,
    body: (fresh) => filled(body as Json, bindingsOf(fresh)) ?? null,
    headers: (fresh) => {
      const bindings = bindingsOf(fresh);
      return Object.fromEntries(Object.entries(headers).map(([header, text]) => [header, textOf(text, bindings)]));
    },
  }));

function bindingsOf({ id, now }: Fresh): Bindings {
  const hex = hexId('', id);
  return {
    id: hex.slice(0, 16),
    uuid: hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5'),
    number: numericId(id) % 1_000_000_000,
    now: now.toISOString(),
    seconds: Math.floor(now.getTime() / 1000),
    millis: now.getTime(),
  };
}

function filled(value: Json, bindings: Bindings): Json | undefined {
  if (typeof value === 'string') return textEvaluator(value, sampleVariables)(null, bindings);
  if (Array.isArray(value)) return value.map((item: Json) => filled(item, bindings) ?? null);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member ?? null, bindings)]));
}

const textOf = (text: string, bindings: Bindings): string =>
  String(textEvaluator(text, sampleVariables)(null, bindings));
