import type { z } from 'zod';
import { suggest } from '../diagnostics/closest.ts';
import type { Path } from './node-offsets.ts';
import { choicesAt, descriptionAt, keysAt, takesBooleanAt, takesListAt } from './schema-at.ts';
import { writeExpression } from './value-hints.ts';

/** A value that does not fit, and the schema it should. */
export interface Misfit {
  readonly issue: z.core.$ZodIssue;
  readonly path: Path;
  readonly value: unknown;
  readonly schema: z.core.$ZodType;
}

/** What to write instead of a value that does not fit. */
export function valueHint(misfit: Misfit): string {
  const { issue, path, value, schema } = misfit;
  const own = ownHint(issue);
  if (own !== undefined) return own;
  if (path.length === 0) return `a file starts with its keys: ${keysAt(schema, []).join(', ')}`;
  const key = String(path.findLast((part) => !/^\d+$/.test(String(part))) ?? 'the value');
  return (
    (typeof value === 'string' ? hintForText(key, value, misfit) : hintForOther(key, value, issue)) ??
    hintForChoice(value, choicesAt(schema, path)) ??
    describedHint(key, nearestDescription(schema, path)) ??
    `change ${key} to what the message asks for`
  );
}

/** What a check of our own says to do. */
export const ownHint = (issue: z.core.$ZodIssue): string | undefined =>
  issue.code === 'custom' && typeof issue.params?.hint === 'string' ? issue.params.hint : undefined;

const spokenBoolean: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  y: true,
  no: false,
  off: false,
  n: false,
};

function hintForText(key: string, value: string, { issue, path, schema }: Misfit): string | undefined {
  const word = value.toLowerCase();
  if (takesBooleanAt(schema, path) && Object.hasOwn(spokenBoolean, word))
    return `write ${key}: ${spokenBoolean[word]} (to YAML 1.2, ${value} is a text)`;
  if (takesListAt(schema, path) && /^\w[\w-]*$/.test(value)) return `write a list: ${key}: [${value}]`;
  const [, inner, rest] = /^([\w.-]+):(\S.*)$/s.exec(value) ?? [];
  if (inner !== undefined && issue.message.includes('block of keys'))
    return `put a space after the colon: ${inner}: ${rest}`;
  if (issue.message.includes('starts with =') && /^[\w$]/.test(value)) {
    const expression = writeExpression(key, value);
    return issue.message.includes('block of keys') ? `put its keys below it, indented; ${expression}` : expression;
  }
  if (
    issue.code === 'invalid_type' &&
    ['number', 'int'].includes(issue.expected) &&
    value.trim() !== '' &&
    !Number.isNaN(Number(value))
  )
    return `write it without quotes: ${key}: ${value}`;
  return issue.code === 'invalid_format' && issue.format === 'regex' && issue.message.includes('lower-case')
    ? `for example ${plainName(value)}`
    : undefined;
}

function hintForOther(key: string, value: unknown, issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_type' && issue.expected === 'string' && ['number', 'boolean'].includes(typeof value))
    return `put it in quotes: ${key}: "${String(value)}"`;
  if (issue.code === 'invalid_type' && issue.expected === 'record') return hintForList(key, value);
  if (!issue.message.includes('text')) return undefined;
  if (Array.isArray(value))
    return `write one text, or an expression that makes one of several: ${key}: =$join([…], ", ")`;
  if (typeof value !== 'object' || value === null) return undefined;
  const [[path, empty] = ['', ''], ...others] = Object.entries(value);
  return others.length === 0 && empty === null
    ? writeExpression(key, path)
    : `write one text, or an expression that gives one: ${key}: =…`;
}

/** Keys that were written as entries of a list. */
function hintForList(key: string, value: unknown): string | undefined {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  const names = entries.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.keys(entry) : []));
  if (names.length === 0) return undefined;
  return [`a block of keys has no dashes:`, `${key}:`, ...names.map((name) => `  ${name}: …`)].join('\n');
}

function hintForChoice(value: unknown, choices: readonly (string | number)[]): string | undefined {
  if (choices.length === 0) return undefined;
  if (choices.length === 1 && typeof choices[0] === 'number') return `write ${choices[0]}`;
  return suggest(String(value), choices.map(String), { what: 'possible values', otherwise: '' });
}

/** An entry of a list is described by what is said of the list. */
const nearestDescription = (schema: z.core.$ZodType, path: Path): string | undefined =>
  descriptionAt(schema, path) ??
  (/^\d+$/.test(String(path.at(-1))) ? descriptionAt(schema, path.slice(0, -1)) : undefined);

const describedHint = (key: string, description: string | undefined): string | undefined =>
  description === undefined ? undefined : `${key}: ${description}`;

/** What to add where a key is missing. */
export function missingHint(path: Path, schema: z.core.$ZodType): string {
  const key = String(path.at(-1));
  const [choice, ...others] = choicesAt(schema, path);
  if (choice !== undefined && others.length === 0) return `add  ${key}: ${choice}`;
  const description = descriptionAt(schema, path);
  return description === undefined ? `add  ${key}: …` : `add  ${key}: …  (${description})`;
}

/** A name of the same meaning that may stand where this one may not. */
export const plainName = (key: string): string =>
  key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
