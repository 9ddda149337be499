import type { ApiLineage, ApiPath, ApiPreviewDestination } from '../../../api-shapes/playground.ts';
import type { Json } from '../../../model/json.ts';

/** What the pointer or the keyboard is on: somewhere in the body, in the mapping or in a payload. */
export type Pointed =
  | { readonly in: 'body'; readonly path: ApiPath }
  | { readonly in: 'mapping'; readonly path: ApiPath }
  | { readonly in: 'payload'; readonly path: ApiPath };

/** What belongs together with it: ids of paths, as `pathId` makes them. */
export interface Linked {
  readonly body: ReadonlySet<string>;
  readonly mapping: ReadonlySet<string>;
  readonly payload: ReadonlySet<string>;
}

export const idOf = (path: ApiPath): string => JSON.stringify(path);
const noIds: ReadonlySet<string> = new Set();
const unlinked: Linked = { body: noIds, mapping: noIds, payload: noIds };

interface Shown {
  readonly body: Json | undefined;
  readonly lineage: readonly ApiLineage[];
  readonly origins: NonNullable<ApiPreviewDestination['origins']>;
}

/** From any of the three to the other two, along what the server says that expressions read and payloads come from. */
export function linkedWith(pointed: Pointed | null, shown: Shown): Linked {
  if (pointed === null) return unlinked;
  const mapping = expressionsAt(pointed, shown);
  const isFrom = (path: ApiPath): boolean => mapping.some(({ keys }) => idOf(keys) === idOf(path));
  return {
    mapping: new Set(mapping.map(({ keys }) => idOf(keys))),
    body: new Set(
      pointed.in === 'body'
        ? [idOf(pointed.path)]
        : mapping.flatMap(({ reads }) => reads.flatMap((place) => placesIn(shown.body, place))),
    ),
    payload: new Set(
      pointed.in === 'payload'
        ? [idOf(pointed.path)]
        : shown.origins.filter(({ from }) => from.some(isFrom)).map(({ field }) => idOf(field)),
    ),
  };
}

function expressionsAt(pointed: Pointed, { lineage, origins }: Shown): readonly ApiLineage[] {
  switch (pointed.in) {
    case 'mapping':
      return lineage.filter(({ keys }) => idOf(keys) === idOf(pointed.path));
    case 'payload': {
      const from = new Set(
        origins
          .filter(({ field }) => startsWith(field, pointed.path) || startsWith(pointed.path, field))
          .flatMap(({ from: paths }) => paths.map(idOf)),
      );
      return lineage.filter(({ keys }) => from.has(idOf(keys)));
    }
    case 'body': {
      const keys = withoutIndexes(pointed.path);
      if (keys.length === 0) return [];
      return lineage.filter(({ reads }) =>
        reads.some(({ root, keys: read }) => root === 'body' && reaches(read, keys)),
      );
    }
  }
}

export const withoutIndexes = (path: ApiPath): readonly string[] => path.filter((key) => typeof key === 'string');

const startsWith = (path: ApiPath, start: ApiPath): boolean =>
  start.length <= path.length && start.every((key, index) => key === path[index]);

/** True where a read has to do with this place: with it, with a part of it or with something that it is a part of. */
function reaches(read: readonly string[], keys: readonly string[]): boolean {
  if (read.length === 0) return false;
  const wild = read.indexOf('**');
  if (wild !== -1) {
    const rest = read.slice(wild + 1);
    return rest.length === 0 || keys.some((_, index) => rest.every((key, at) => key === keys[index + at]));
  }
  const shorter = Math.min(read.length, keys.length);
  return read.slice(0, shorter).every((key, index) => key === '*' || key === keys[index]);
}

/** A read of a list is one of each of its items; of a long list these are enough to see. */
const placesMax = 200;

/** Where in this body a read leads, as ids. */
function placesIn(body: Json | undefined, { root, keys }: ApiLineage['reads'][number]): readonly string[] {
  if (root !== 'body' || body === undefined) return [];
  let found: readonly { readonly path: ApiPath; readonly value: Json }[] = [{ path: [], value: body }];
  for (const key of keys) {
    found = found
      .flatMap(({ path, value }) => itemsOf(value, path))
      .flatMap(({ path, value }) =>
        membersOf(value, key).map(([name, member]) => ({ path: [...path, name], value: member })),
      )
      .slice(0, placesMax);
  }
  return found.map(({ path }) => idOf(path));
}

interface Found {
  readonly path: ApiPath;
  readonly value: Json;
}

function itemsOf(value: Json, path: ApiPath): readonly Found[] {
  if (!Array.isArray(value)) return [{ path, value }];
  return (value as readonly Json[]).slice(0, placesMax).flatMap((item, index) => itemsOf(item, [...path, index]));
}

function membersOf(value: Json, key: string): readonly (readonly [string, Json])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const members = Object.entries(value as Readonly<Record<string, Json>>);
  return key === '*' || key === '**' ? members : members.filter(([name]) => name === key);
}
