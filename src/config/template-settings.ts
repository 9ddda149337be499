import { destinationNamed } from '../destinations/index.ts';
import type { TemplatePath } from '../mapping/template.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { interpolate } from './interpolate.ts';
import { valueAt } from './secrets-in-file.ts';

/** What a destination writes as templates: the only expressions that gateway.yaml has. */

/** The keys of a destination's settings whose texts may be expressions. */
const templatesOf = (entry: Json | undefined): readonly string[] =>
  (isJsonObject(entry) && typeof entry.type === 'string' ? destinationNamed(entry.type)?.templates : undefined) ?? [];

/** Whether an expression may stand here. `raw` is the file with its variables not filled in. */
export const isTemplate = (raw: Json, [section, name, key]: readonly PropertyKey[]): boolean =>
  section === 'destinations' && templatesOf(valueAt(raw, [section, String(name)])).includes(String(key));

export const isExpression = (text: string): boolean => text.startsWith('=') && !text.startsWith('==');

/** The templates of every destination with where they stand, as they were written. */
export function templatesIn(raw: Json): readonly { readonly path: TemplatePath; readonly value: Json }[] {
  const destinations = valueAt(raw, ['destinations']);
  return Object.entries(isJsonObject(destinations) ? destinations : {}).flatMap(([name, entry]) =>
    templatesOf(entry).flatMap((key) => {
      const value = isJsonObject(entry) ? entry[key] : undefined;
      return value === undefined ? [] : [{ path: ['destinations', name, key], value }];
    }),
  );
}

/**
 * The settings with their templates as they are evaluated: nothing is filled into an expression, and what a variable
 * holds never becomes one.
 */
export function withTemplates(filled: JsonObject, raw: Json | undefined): JsonObject {
  const templates = templatesOf(raw);
  if (templates.length === 0 || !isJsonObject(raw)) return filled;
  return Object.fromEntries(
    Object.entries(filled).map(([key, value]) => [
      key,
      templates.includes(key) ? together(value ?? null, raw[key]) : value,
    ]),
  );
}

/** The same with the name of each variable in its place: what tests go by, whatever is set. */
export function withNamesFilled(settings: JsonObject, raw: Json | undefined): JsonObject {
  const templates = templatesOf(raw);
  const named = isJsonObject(raw) ? templates.filter((key) => raw[key] !== undefined) : [];
  const filled = named.map((key) => {
    const written = valueAt(raw ?? null, [key]) ?? null;
    return [key, together(interpolate(written, { get: (name) => name }).value, written)] as const;
  });
  return { ...settings, ...Object.fromEntries(filled) };
}

/** `filled` has the form of `raw`, of which it was made. */
function together(filled: Json, raw: Json | undefined): Json {
  if (typeof filled === 'string' && typeof raw === 'string') {
    if (isExpression(raw)) return raw;
    return filled.startsWith('=') && !raw.startsWith('=') ? `=${filled}` : filled;
  }
  if (Array.isArray(filled) && Array.isArray(raw))
    return filled.map((item: Json, index) => together(item, raw[index] as Json));
  if (!isJsonObject(filled) || !isJsonObject(raw)) return filled;
  return Object.fromEntries(Object.entries(filled).map(([key, value]) => [key, together(value ?? null, raw[key])]));
}
