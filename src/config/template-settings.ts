import type { FilledIn } from '../destinations/destination.ts';
import { destinationNamed } from '../destinations/index.ts';
import type { TemplatePath } from '../mapping/template.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Environment } from './environment.ts';
import { interpolate, type VariableUse, variableUses } from './interpolate.ts';
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
export const withNamesFilled = (settings: JsonObject, raw: Json | undefined): JsonObject => ({
  ...settings,
  ...named(raw, templatesOf(raw), (name) => name),
});

/** These keys of a destination with something that stands for each variable. */
function named(raw: Json | undefined, keys: readonly string[], get: (name: string) => string): JsonObject {
  const there = isJsonObject(raw) ? keys.filter((key) => raw[key] !== undefined) : [];
  const filled = there.map((key) => {
    const written = valueAt(raw ?? null, [key]) ?? null;
    return [key, together(interpolate(written, { get }).value, written)] as const;
  });
  return Object.fromEntries(filled);
}

/** What of a destination's settings is stored and shown with the names of its variables, and what these hold. */
export interface Unfilled {
  readonly settings: JsonObject;
  readonly filledIn: readonly FilledIn[];
}

/** What its settings are made of. */
interface Written {
  /** As they stand in the file. */
  readonly raw: Json | undefined;
  readonly keys: readonly string[];
  readonly environment: Pick<Environment, 'get'>;
}

/** `filled` are its settings as they are sent. */
export function withoutVariables(filled: JsonObject, { raw, keys, environment }: Written): Unfilled {
  const settings = named(raw, keys, (name) => `\${${name}}`);
  const places = Object.entries(settings).flatMap(([key, value]) => {
    const written = isJsonObject(raw) ? raw[key] : undefined;
    return placesIn({ raw: written, text: value, value: filled[key] }, [key]);
  });
  const held = (use: VariableUse): string => String(interpolate(use.written, environment).value);
  return { settings, filledIn: places.map(({ uses, ...place }) => ({ ...place, held: uses.map(held) })) };
}

/** One text in its three forms, or what it stands in. */
interface Forms {
  readonly raw: Json | undefined;
  readonly text: Json | undefined;
  readonly value: Json | undefined;
}

type VariablePlace = Omit<FilledIn, 'held'> & { readonly uses: readonly VariableUse[] };

function placesIn({ raw, text, value }: Forms, path: FilledIn['path']): readonly VariablePlace[] {
  if (typeof raw === 'string') {
    const uses = variableUses(raw);
    if (isExpression(raw) || uses.length === 0) return [];
    return [{ path, text: constantIn(text), value: constantIn(value), uses }];
  }
  const keys = Array.isArray(raw) ? [...raw.keys()] : Object.keys(isJsonObject(raw) ? raw : {});
  const member = (whole: Json | undefined, key: string | number): Json | undefined =>
    Reflect.get(Object(whole), key) as Json | undefined;
  return keys.flatMap((key) =>
    placesIn({ raw: member(raw, key), text: member(text, key), value: member(value, key) }, [...path, key]),
  );
}

/** The first variable of these keys that holds nothing: a request without its key is none that anybody means. */
export function unsetIn(
  raw: Json | undefined,
  keys: readonly string[],
  environment: Pick<Environment, 'get'>,
): string | undefined {
  const texts = isJsonObject(raw) ? keys.flatMap((key) => textsIn(raw[key])) : [];
  return texts
    .filter((text) => !isExpression(text))
    .flatMap(variableUses)
    .find(({ name, mayBeEmpty }) => mayBeEmpty && !environment.get(name))?.name;
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** As a template yields it. */
const constantIn = (text: Json | undefined): string => String(text ?? '').replace(/^==/, '=');

/** Where a list has a variable behind an expression, which may come to nothing and leave the variable somewhere else. */
export function driftingIn(raw: Json | undefined, path: TemplatePath): readonly TemplatePath[] {
  if (Array.isArray(raw)) {
    const first = raw.findIndex((item) => typeof item === 'string' && isExpression(item));
    return raw.flatMap((item: Json, index) => {
      const own = [...path, index];
      return first !== -1 && index > first && hasVariables(item) ? [own] : driftingIn(item, own);
    });
  }
  if (!isJsonObject(raw)) return [];
  return Object.entries(raw).flatMap(([key, value]) => driftingIn(value, [...path, key]));
}

const hasVariables = (raw: Json): boolean => placesIn({ raw, text: raw, value: raw }, []).length > 0;

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
