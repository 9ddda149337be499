import { z } from 'zod';
import { time } from './query.ts';

/** What the calls have in common by which an operator repairs. */

const idsMax = 500;
const rateMax = 10_000;

export const idsOf = <Id extends string>(prefix: string) =>
  z
    .array(z.string().regex(new RegExp(`^${prefix}_\\w{1,40}$`), { error: `must be ids, as in ${prefix}_…` }))
    .min(1)
    .max(idsMax)
    .transform((ids) => ids as Id[]);

/** In a second: fast enough for people who wait, slow enough for what else is under way. */
export const rate = z.number().positive().max(rateMax).default(100);

export const filterTimes = { since: time.optional(), until: time.optional() };
