import { closest } from '../diagnostics/closest.ts';

/** What people write who know another tool, or the same thing by another name. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  anonymousId: ['anonymous_id'],
  body: ['given'],
  condition: ['when'],
  endpoint: ['url'],
  env: ['vars'],
  filter: ['when'],
  fixture: ['given'],
  from: ['source'],
  if: ['when'],
  input: ['given'],
  key: ['write_key', 'api_key'],
  on: ['events'],
  output: ['expect'],
  properties: ['attributes'],
  props: ['attributes'],
  signing_secret: ['secret'],
  time: ['timestamp'],
  to: ['destinations'],
  trigger: ['events'],
  userId: ['id'],
  user_id: ['id'],
  variables: ['let', 'vars'],
  webhook_secret: ['secret'],
};

/** The known key that an unknown one stands for. */
export function meantKey(key: string, known: readonly string[]): string | undefined {
  const synonym = Object.hasOwn(synonyms, key) ? synonyms[key]?.find((name) => known.includes(name)) : undefined;
  return synonym ?? closest(key, known);
}

/** Which key of an object is meant by each known one: the key itself, or a misspelt one in its place. */
export function keysMeant(present: readonly string[], known: readonly string[]): ReadonlyMap<string, string> {
  const absent = known.filter((name) => !present.includes(name));
  const meant = new Map(known.filter((name) => present.includes(name)).map((name) => [name, name]));
  for (const key of present.filter((name) => !known.includes(name))) {
    const name = meantKey(key, absent);
    if (name !== undefined && !meant.has(name)) meant.set(name, key);
  }
  return meant;
}
