import { z } from 'zod';
import type { Answer, Verdict } from '../model/attempt.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { advice, answeredObject, vendorText } from './answer.ts';

/** Answers by what they say and not by their status alone: a 200 may be a refusal. Data, so that reading one runs nothing. */

const meanings = ['delivered', 'retry', 'dead', 'dropped', 'throttled', 'unauthorized'] as const;

const status = z.union([z.int().min(200).max(599), z.enum(['2xx', '3xx', '4xx', '5xx'])], {
  error: 'must be a status from 200 to 599, or one of 2xx, 3xx, 4xx, 5xx',
});

const answerRule = z
  .strictObject({
    status: z
      .union([status, z.array(status).min(1)], { error: 'must be a status as in 200 or 2xx, or a list of them' })
      .optional()
      .meta({ description: 'The status, as in 200 or 2xx, or a list; default: any.' }),
    headers: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'Headers that the answer has, with these values.' }),
    body: z
      .union([z.string(), z.record(z.string(), z.unknown())], { error: 'must be a text, or a block of keys' })
      .optional()
      .meta({
        description:
          'A text: all of the answer. A block: what its JSON holds, with null for what is null or not there.',
      }),
    means: z.enum(meanings, { error: `must be one of ${meanings.join(', ')}` }).meta({
      description: `What it means for the delivery: ${meanings.join(', ')}.`,
    }),
    reason: z
      .string()
      .regex(/^[^.]+(\.[^.]+)*$/, 'must be keys with dots between them, as in error.message')
      .optional()
      .meta({ description: "Where the answer's JSON says why, as in error.message." }),
  })
  .refine((rule) => [rule.status, rule.headers, rule.body].some((condition) => condition !== undefined), {
    error: 'fits every answer: say which by status, headers or body',
  });

type AnswerRule = z.output<typeof answerRule>;

export const answerRules = z
  .array(answerRule)
  .default([])
  .meta({ description: 'What answers mean, the first that fits; default: by their status alone.' });

/** The verdict of the first rule that fits; undefined where the status alone decides. */
export function readByRules(answer: Answer, rules: readonly AnswerRule[]): Verdict | undefined {
  const rule = rules.find((each) => fits(each, answer));
  if (rule !== undefined) return verdictOf(rule, answer);
  const isSuccess = answer.status >= 200 && answer.status <= 299;
  if (!isSuccess || !rules.some(({ means }) => means === 'delivered')) return undefined;
  // Whoever says what success looks like has not seen it here.
  const message = advice(`It answered ${answer.status}, which none of its answers in gateway.yaml fits.`, answer.body);
  return { kind: 'retry', reason: 'server_error', message };
}

function fits({ status: wanted, headers = {}, body }: AnswerRule, answer: Answer): boolean {
  const isStatus =
    wanted === undefined ||
    [wanted].flat().some((one) => one === answer.status || one === `${Math.floor(answer.status / 100)}xx`);
  const hasHeaders = Object.entries(headers).every(([name, value]) => answer.headers[name.toLowerCase()] === value);
  return isStatus && hasHeaders && (body === undefined || saysBody(body as string | JsonObject, answer));
}

function saysBody(wanted: string | JsonObject, answer: Answer): boolean {
  if (typeof wanted === 'string') return answer.body.trim() === wanted.trim();
  const said = answeredObject(answer);
  return said !== undefined && holds(said, wanted);
}

function holds(said: Json | undefined, wanted: Json | undefined): boolean {
  if (wanted === null || wanted === undefined) return said === null || said === undefined;
  if (isJsonObject(wanted))
    return isJsonObject(said) && Object.entries(wanted).every(([key, value]) => holds(own(said, key), value));
  if (!Array.isArray(wanted)) return said === wanted;
  return (
    Array.isArray(said) &&
    said.length === wanted.length &&
    wanted.every((value: Json, index) => holds(said[index], value))
  );
}

const own = (block: JsonObject, key: string): Json | undefined => (Object.hasOwn(block, key) ? block[key] : undefined);

function verdictOf({ means, reason }: AnswerRule, answer: Answer): Verdict {
  const said = (reason === undefined ? undefined : saidAt(answer, reason)) ?? vendorText(answer);
  const message = (what: string): string => advice(`It answered ${answer.status}: ${what}`, said);
  switch (means) {
    case 'delivered':
      return { kind: 'delivered' };
    case 'retry':
      return { kind: 'retry', reason: 'server_error', message: message('it may work later.') };
    case 'dead':
      return { kind: 'fail', reason: 'rejected', message: message('it refuses this event.') };
    case 'dropped':
      return { kind: 'fail', reason: 'filtered', message: message('it took the event and dropped it.') };
    case 'throttled':
      return { kind: 'retry', reason: 'throttled', lane: 'throttled', message: message('it takes no more for now.') };
    case 'unauthorized': {
      const refusal = 'it refuses the credentials of this destination in gateway.yaml.';
      return { kind: 'retry', reason: 'unauthorized', lane: 'credentials', message: message(refusal) };
    }
  }
}

function saidAt(answer: Answer, path: string): string | undefined {
  const found = path
    .split('.')
    .reduce<Json | undefined>(
      (value, key) => (isJsonObject(value) ? own(value, key) : undefined),
      answeredObject(answer),
    );
  if (found === undefined || found === null) return undefined;
  return typeof found === 'string' ? found : JSON.stringify(found);
}
