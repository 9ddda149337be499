import { setMember } from './set-member.ts';

/** `T` with its possibly undefined members optional instead, as `exactOptionalPropertyTypes` tells them apart. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out the members that are undefined. */
export function defined<T extends object>(members: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(members)) {
    const member = members[key as keyof T];
    if (member !== undefined) setMember(kept, key, member);
  }
  return kept as Defined<T>;
}
