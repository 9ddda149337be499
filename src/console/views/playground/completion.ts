import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import type { ApiLanguage, ApiLineage, ApiPlace } from '../../../api-shapes/playground.ts';
import type { Json } from '../../../model/json.ts';
import { nameText } from './path-text.ts';
import { schemaKeys } from './schema-keys.ts';
import { type Cursor, cursorIn } from './yaml-cursor.ts';

/** What completion goes by; asked for whenever it opens. */
export interface Known {
  readonly language: ApiLanguage | undefined;
  readonly body: Json | undefined;
  readonly lineage: readonly ApiLineage[];
}

/** Keys of a mapping, names, functions, and paths of the event's body. */
export const completeMapping =
  (known: () => Known): CompletionSource =>
  (context) => {
    const cursor = cursorIn(context.state.doc.toString(), context.pos);
    switch (cursor.place) {
      case 'expression':
        return inExpression(cursor, context, known());
      case 'value':
        return inValue(cursor, context, known());
      case 'key':
        return asKey(cursor, context, known());
    }
  };

const around = ['body', 'headers', 'query', 'vars', 'meta', 'item', 'index', 'event', 'config'];

function inExpression({ typed }: Cursor, context: CompletionContext, known: Known): CompletionResult | null {
  const path = /(?:\$?[\w]+|`[^`]*`)?(?:\[[^\]]*\])?(?:\.(?:\w*|`[^`]*`?)(?:\[[^\]]*\])?)*$/.exec(typed)?.[0] ?? '';
  const [last = '', ...rest] = path.split('.').toReversed();
  const from = context.pos - last.length;
  if (rest.length === 0) {
    if (last === '' && !context.explicit) return null;
    return last.startsWith('$') || last === ''
      ? { from, options: [...names(known), ...(last === '' ? members(known.body) : [])], validFor: /^\$?\w*$/ }
      : { from, options: members(known.body), validFor: /^[\w`]*$/ };
  }
  const options = valuesAt(rest.toReversed(), known).flatMap(members);
  return options.length === 0 ? null : { from, options: distinct(options), validFor: /^[\w`]*$/ };
}

function names({ language, lineage }: Known): readonly Completion[] {
  const named = lineage.flatMap(({ keys: [section, name] }) =>
    section === 'let' || section === 'lookup' ? [String(name)] : [],
  );
  return [
    ...distinct(
      named.map((name): Completion => ({ label: `$${name}`, type: 'variable', detail: 'of this mapping', boost: 2 })),
    ),
    ...around.map((name): Completion => ({ label: `$${name}`, type: 'variable' })),
    ...(language?.functions ?? []).map(
      ({ name, signature, description }): Completion => ({
        ...{ label: `$${name}`, type: 'function', apply: `$${name}(`, boost: signature === null ? -1 : 1 },
        ...(signature === null ? { detail: 'JSONata' } : { detail: signature.replace(`$${name}`, '') }),
        ...(description === null ? {} : { info: description }),
      }),
    ),
  ];
}

/** The values that the first keys of a path lead to. */
function valuesAt([first = '', ...rest]: readonly string[], { body, lineage }: Known): readonly Json[] {
  if (body === undefined) return [];
  const start = withoutFilter(first);
  const starts = start.startsWith('$') ? variable(start.slice(1), body, lineage) : memberOf(body, start);
  return rest.map(withoutFilter).reduce((values, key) => values.flatMap((value) => memberOf(value, key)), starts);
}

const withoutFilter = (step: string): string => step.replace(/\[[^\]]*\]$/, '').replaceAll('`', '');

function variable(name: string, body: Json, lineage: readonly ApiLineage[]): readonly Json[] {
  if (name === '$' || name === '' || name === 'body') return [body];
  const own = lineage.find(({ keys }) => keys.length === 2 && keys[0] === 'let' && keys[1] === name);
  const reads = own?.reads.filter(({ root }: ApiPlace) => root === 'body') ?? [];
  return reads.flatMap(({ keys }) =>
    keys.reduce<readonly Json[]>((values, key) => values.flatMap((value) => memberOf(value, key)), [body]),
  );
}

function memberOf(value: Json, key: string): readonly Json[] {
  if (Array.isArray(value)) return (value as readonly Json[]).slice(0, 20).flatMap((item) => memberOf(item, key));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return [];
  return [(value as Readonly<Record<string, Json>>)[key] ?? null];
}

function members(value: Json | undefined): readonly Completion[] {
  if (Array.isArray(value)) return distinct((value as readonly Json[]).slice(0, 20).flatMap(members));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Readonly<Record<string, Json>>).map(([key, member]) => ({
    ...{ label: key, apply: nameText(key), type: 'property', detail: shortText(member) },
  }));
}

const shortText = (value: Json): string => {
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return '{ … }';
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
};

const distinct = (options: readonly Completion[]): readonly Completion[] => [
  ...new Map(options.map((option) => [option.label, option])).values(),
];

function inValue(
  { path, key, typed }: Cursor,
  context: CompletionContext,
  { language }: Known,
): CompletionResult | null {
  const options = path.length === 0 ? topValues(key, language) : [];
  const word = /[\w.*-]*$/.exec(typed)?.[0] ?? '';
  if (options.length === 0 || (word === '' && !context.explicit)) return null;
  return { from: context.pos - word.length, options: options.map((label) => ({ label, type: 'constant' })) };
}

function topValues(key: string | undefined, language: ApiLanguage | undefined): readonly string[] {
  if (language === undefined) return [];
  if (key === 'source') return language.sources.map(({ name }) => name);
  if (key === 'events') return [...new Set(language.sources.flatMap(({ event_types }) => event_types))];
  return key === 'destinations' ? language.destinations.map(({ name }) => name) : [];
}

function asKey({ path, typed }: Cursor, context: CompletionContext, { language }: Known): CompletionResult | null {
  if (language === undefined || !/^[\w-]*$/.test(typed) || (typed === '' && !context.explicit)) return null;
  const known = schemaKeys(language.schema, path).map(
    ({ name, description, isBlock }): Completion => ({
      ...{ label: name, type: 'keyword', apply: isBlock ? `${name}:` : `${name}: ` },
      ...(description === null ? {} : { info: description }),
    }),
  );
  const targets = path.at(-1) === 'destinations' ? language.destinations : [];
  const options = [...known, ...targets.map(({ name }): Completion => ({ label: name, type: 'constant' }))];
  return options.length === 0 ? null : { from: context.pos - typed.length, options, validFor: /^[\w-]*$/ };
}
