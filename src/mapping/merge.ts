import { isJsonObject, type Json } from '../model/json.ts';
import { setMember } from '../model/set-member.ts';

/** RFC 7396 merge patch: objects merge, null removes, everything else replaces. Neither side is changed. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const before = isJsonObject(target) ? target : {};
  const merged: Record<string, Json | undefined> = {};
  for (const [key, value] of Object.entries(before)) {
    const change = Object.hasOwn(patch, key) ? patch[key] : undefined;
    if (change !== null) setMember(merged, key, change === undefined ? value : mergePatch(value, change));
  }
  for (const [key, change] of Object.entries(patch)) {
    if (change === null || change === undefined || Object.hasOwn(before, key)) continue;
    setMember(merged, key, mergePatch(undefined, change));
  }
  return merged;
}
