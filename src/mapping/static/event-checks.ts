import type { Problem } from '../../diagnostics/problem.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { YamlFile } from '../../yaml/document.ts';
import { keysMeant } from '../../yaml/meant-key.ts';
import { keysAt } from '../../yaml/schema-at.ts';
import { mappingFile } from '../schema.ts';
import { partsOf } from './sites.ts';

/** What every event of a mapping would fail for, as far as the file alone can tell. */
export function eventProblems(yaml: YamlFile, raw: unknown): readonly Problem[] {
  if (!isJsonObject(raw)) return [];
  const partOf = partsOf(raw);
  const { key, value: event } = partOf('event');
  if (!isJsonObject(event)) return [];
  return [
    ...nameProblems(yaml, event, key),
    ...userProblems(yaml, event, { key, stitches: partOf('stitch').value !== undefined }),
  ];
}

/** The entry that is meant by a key, however it is spelt. */
function entryOf(
  block: JsonObject,
  path: readonly string[],
  name: string,
): { readonly key: string; readonly value: Json | undefined } {
  const meant = [...keysMeant(Object.keys(block), keysAt(mappingFile, [...path]))];
  const key = meant.find(([known]) => known === name)?.[1] ?? name;
  return { key, value: block[key] };
}

function nameProblems(yaml: YamlFile, event: JsonObject, key: string): readonly Problem[] {
  const type = entryOf(event, ['event'], 'type').value;
  if (type !== undefined && type !== 'track') return [];
  const name = entryOf(event, ['event'], 'name');
  const hint = 'add  name: …  with what it is called in your analytics';
  if (name.value === undefined) {
    const message = 'event.name: is missing; a track event needs one';
    return [{ severity: 'error', code: 'mapping/missing-key', message, at: yaml.positionOfKey([key]), hint }];
  }
  if (typeof name.value !== 'string' || name.value.trim() !== '') return [];
  const message = 'event.name: is empty; a track event needs a name';
  return [{ severity: 'error', code: 'mapping/invalid-value', message, at: yaml.positionOf([key, name.key]), hint }];
}

const waysToKnow = ['id', 'anonymous_id', 'fallback_id', 'fallback_anonymous_id'];

function userProblems(
  yaml: YamlFile,
  event: JsonObject,
  { key, stitches }: { readonly key: string; readonly stitches: boolean },
): readonly Problem[] {
  const user = entryOf(event, ['event'], 'user');
  if (stitches || (user.value !== undefined && !isJsonObject(user.value))) return [];
  const block = isJsonObject(user.value) ? user.value : {};
  if (waysToKnow.some((name) => entryOf(block, ['event', 'user'], name).value !== undefined)) return [];
  return [
    {
      severity: 'error',
      code: 'mapping/missing-key',
      message: 'event.user: has no id and no anonymous_id, so every event would land on nobody',
      at: yaml.positionOfKey(user.value === undefined ? [key] : [key, user.key]),
      hint: 'add an anonymous_id, or a fallback_id such as an e-mail, or  user: { id: =… }',
    },
  ];
}
