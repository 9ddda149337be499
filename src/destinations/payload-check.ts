import type { z } from 'zod';
import type { JsonObject } from '../model/json.ts';
import type { PayloadProblem } from './destination.ts';

type Check = (payload: JsonObject, text?: string) => readonly PayloadProblem[];

/** A payload schema as a destination's `check`; `maxBytes` is the vendor's limit for one payload's JSON text. */
export const payloadCheck =
  (schema: z.ZodType, maxBytes = Number.POSITIVE_INFINITY): Check =>
  (payload, text) => {
    const { error } = schema.safeParse(payload, {
      error: ({ input }) => (input === undefined ? 'is missing' : undefined),
    });
    return [...(error?.issues.flatMap(problems) ?? []), ...sizeProblems(text ?? JSON.stringify(payload), maxBytes)];
  };

function problems(issue: z.core.$ZodIssue): readonly PayloadProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path.join('.'), message: issue.message }];
  const message = 'is no field of this payload; the vendor would drop it without a word';
  return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message }));
}

function sizeProblems(text: string, maxBytes: number): readonly PayloadProblem[] {
  const bytes = Buffer.byteLength(text);
  return bytes <= maxBytes ? [] : [{ path: '', message: `is ${bytes} bytes of JSON; the limit is ${maxBytes}` }];
}
