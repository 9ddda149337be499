import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { keysMeant } from '../../yaml/meant-key.ts';
import { keysAt, takesTextOnlyAt } from '../../yaml/schema-at.ts';
import { mappingFile } from '../schema.ts';
import type { TemplatePath } from '../template.ts';
import type { Role } from './expression-checks.ts';
import { letsBehindLookups, type Scopes, scopesOf } from './scopes.ts';

/** A text of a mapping where an expression may stand. */
export interface Site {
  readonly path: TemplatePath;
  readonly text: string;
  readonly role: Role;
  /** The names it may use beyond the functions; undefined where a mistake elsewhere hides them. */
  readonly variables: readonly string[] | undefined;
}

/** The keys of a mapping as it was written, good or not: a misspelt one counts as the one that was meant. */
export function partsOf(raw: JsonObject): (name: string) => Part {
  const meant = keysMeant(Object.keys(raw), keysAt(mappingFile, []));
  return (name) => {
    const key = meant.get(name) ?? name;
    return { key, value: raw[key] };
  };
}

/**
 * Finds them in a file as it was written, good or not: a misspelt key counts as the one that was meant, so that one slip
 * does not make a mistake of everything that follows from it.
 */
export function sitesIn(raw: unknown): readonly Site[] {
  if (!isJsonObject(raw)) return [];
  const partOf = partsOf(raw);
  const lets = partOf('let');
  const letNames = namesIn(lets.value);
  const lookup = partOf('lookup');
  const lookupNames = namesIn(lookup.value);
  const scopes =
    letNames === undefined || lookupNames === undefined
      ? undefined
      : scopesOf({
          lets: letNames,
          lookups: lookupNames,
          behindLookups: letsBehindLookups(isJsonObject(lets.value) ? lets.value : {}, lookupNames),
          hasForEach: partOf('for_each').value !== undefined,
        });
  const under = (name: string, role: Role, variables: readonly string[] | undefined): readonly Site[] => {
    const { key, value } = partOf(name);
    return textsIn(value, [key]).map((text) => ({ ...text, role: text.path.length === 1 ? role : 'value', variables }));
  };
  return [
    ...lookupSites(lookup, scopes),
    ...letSites(lets, scopes),
    ...under('when', 'condition', scopes?.shared),
    ...under('for_each', 'value', scopes?.shared),
    ...eventSites(partOf('event'), scopes),
    ...destinationSites(partOf('destinations'), scopes),
  ];
}

/** A key of a mapping, as it is spelt there, and what stands under it. */
export interface Part {
  readonly key: string;
  readonly value: Json | undefined;
}

/** Undefined where `let:` or `lookup:` is no block of names, so that nobody can tell which names there are. */
function namesIn(value: Json | undefined): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!isJsonObject(value)) return undefined;
  // $my-name would be $my, minus name.
  return Object.keys(value).map((name) => /^\w+/.exec(name)?.[0] ?? name);
}

function lookupSites({ key, value }: Part, scopes: Scopes | undefined): readonly Site[] {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return entries.flatMap(([name, entry], index) =>
    textsIn(entry, [key, name]).map((text): Site => ({ ...text, role: 'value', variables: scopes?.lookup(index) })),
  );
}

function letSites({ key, value }: Part, scopes: Scopes | undefined): readonly Site[] {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return entries.flatMap(([name, entry], index) =>
    textsIn(entry, [key, name]).map((text): Site => ({ ...text, role: 'value', variables: scopes?.let(index) })),
  );
}

function eventSites({ key, value }: Part, scopes: Scopes | undefined): readonly Site[] {
  return textsIn(value, [key]).map((text): Site => {
    const inEvent = ['event', ...text.path.slice(1)];
    return { ...text, role: takesTextOnlyAt(mappingFile, inEvent) ? 'text' : 'value', variables: scopes?.event };
  });
}

function destinationSites({ key, value }: Part, scopes: Scopes | undefined): readonly Site[] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, settings]) =>
    textsIn(settings, [key, name]).map((text): Site => {
      const role = text.path.length === 3 && text.path[2] === 'when' ? 'condition' : 'value';
      return { ...text, role, variables: scopes?.destinations };
    }),
  );
}

function textsIn(value: Json | undefined, path: TemplatePath): readonly { path: TemplatePath; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => textsIn(item, [...path, index]));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, member]) => textsIn(member, [...path, key])) : [];
}
