import { z } from 'zod';
import { compilePlainExpression, type PlainExpression } from '../../mapping/plain-expression.ts';
import type { RawRequest } from '../../model/event.ts';
import type { Json } from '../../model/json.ts';

/** Values of a description of a sender: as in mappings a text that starts with `=` is an expression, another is itself. */

type Bindings = Readonly<Record<string, Json>>;

/** What expressions over a request know beside its body. */
const requestVariables = ['headers', 'query', 'kind', 'received', 'body'] as const;
/** What the expressions of a sample know. */
export const sampleVariables = ['id', 'uuid', 'number', 'now', 'seconds', 'millis'] as const;

const isExpression = (text: string): boolean => text.startsWith('=') && !text.startsWith('==');

function compiled(text: string, variables: readonly string[]): PlainExpression | undefined {
  const result = compilePlainExpression(text.slice(1), variables);
  return result.ok ? result.evaluate : undefined;
}

/** The same text is compiled once, however many sources have it. */
const known = new Map<string, PlainExpression>();

/** A text as a function; one that does not compile was refused when it was read, and yields nothing. */
export function textEvaluator(text: string, variables: readonly string[] = requestVariables): PlainExpression {
  const key = `${variables.length} ${text}`;
  const there = known.get(key);
  if (there !== undefined) return there;
  const evaluate = isExpression(text) ? compiled(text, variables) : () => text.replace(/^==/, '=');
  const value = evaluate ?? (() => undefined);
  known.set(key, value);
  return value;
}

/** A value in a file: what does not compile is told at its place. */
const checkedText = (variables: readonly string[]) =>
  z
    .string()
    .min(1)
    .max(2_000)
    .superRefine((text, context) => {
      const result = isExpression(text) ? compilePlainExpression(text.slice(1), variables) : undefined;
      if (result?.ok === false)
        context.addIssue({ code: 'custom', message: result.message, params: { hint: result.hint } });
    });

/** A text, or an expression over a request. */
export const requestValue = checkedText(requestVariables);

/** An expression over a request, and no mere text. */
export const requestExpression = requestValue.refine(isExpression, {
  error: 'must be an expression, which starts with =',
});

/** A text, or an expression over what is new in every sample. */
export const sampleText = checkedText(sampleVariables);

/** What the expressions over a request see beside its body. */
export function requestBindings({ headers, url, kind, receivedAt }: RawRequest, body: Json): Bindings {
  const joined = Object.entries(headers).map(([name, values]) => [name, values.join(', ')] as const);
  return { headers: Object.fromEntries(joined), query: queryOf(url), kind, received: receivedAt.getTime(), body };
}

/** The parameters of a URL; of a name that comes again the last. */
export function queryOf(url: string): Readonly<Record<string, string>> {
  const start = url.indexOf('?');
  return start === -1 ? {} : Object.fromEntries(new URLSearchParams(url.slice(start)));
}
