import type { RawRequest } from '../model/event.ts';
import type { ConfiguredSource } from './source.ts';

/**
 * Which of a source's secrets a request that verified was signed with, counted from 1: while a secret is rotated it tells
 * whether the sender uses the new one yet. Undefined where there is only one.
 */
export function secretUsed(
  request: RawRequest,
  { source, settings }: Pick<ConfiguredSource, 'source' | 'settings'>,
  now: Date,
): number | undefined {
  if (settings.secret.length < 2) return undefined;
  const index = settings.secret.findIndex(
    (secret) => source.verify(request, { ...settings, secret: [secret] }, now).ok,
  );
  return index === -1 ? undefined : index + 1;
}
