import fc from 'fast-check';
import type { Json } from '../../../src/model/json.ts';

/** Ordinary names, names that every JavaScript object has, and those by which the interpreter marks what is its own. */
const names = [
  ...['a', 'b', 'c', 'd', 'email', 'and', 'in'],
  ...['__proto__', 'constructor', 'toString', 'length', 'hasOwnProperty', 'prototype'],
  ...[
    'sequence',
    'keepSingleton',
    'cons',
    'outerWrapper',
    'tupleStream',
    '_jsonata_lambda',
    '_jsonata_function',
    'then',
  ],
  ...['10', '2', 'ключ', ''],
];
const commonNames = ['a', 'b', 'c', 'd'];

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', 'a', 'b', 'x', 'Ada@Example.com', ' two  words ', 'a,b,,c', '[', '{') },
  { weight: 2, arbitrary: fc.constantFrom('0', '1', '-2.50', '1e3', '0x1F', '007', '2026-11-21T00:00:00.000Z', 'NaN') },
  { weight: 1, arbitrary: fc.constantFrom('é𝄞', '\u0000', 'ﬀ', 'İ', 'ß', '"quoted"', '\\', '\n') },
);
const number = fc.oneof(
  fc.integer({ min: -3, max: 4 }),
  fc.constantFrom(0, -0, 0.1, 1.5, -2.5, 1e21, 1e-7, 123456789.123456, 1795219200, 1795219200000, 2 ** 53),
);
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...commonNames) },
  { weight: 1, arbitrary: fc.constantFrom(...names) },
);

const { value } = fc.letrec<{ value: Json; list: Json; block: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(text, number, fc.boolean(), fc.constant(null)),
    tie('list'),
    tie('block'),
    tie('block'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  // A literal's `__proto__` would be its prototype; one that was parsed is a member.
  block: fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
}));

/** What JSON can hold, with a number that is too large for one now and then. */
export const bodies: fc.Arbitrary<Json> = fc.oneof(
  { weight: 30, arbitrary: value },
  { weight: 1, arbitrary: fc.array(value, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: value.map((inner) => ({ a: Number.POSITIVE_INFINITY, b: [1, Number.NEGATIVE_INFINITY], c: inner })),
  },
);

const quoted = (literal: string): string => JSON.stringify(literal);
const field = name.map((key) => (commonNames.includes(key) ? key : `\`${key}\``));

/** Of JSONata and of mappings, that answer without a function of the expression. */
export const functions = [
  ...['abs', 'append', 'average', 'base64decode', 'base64encode', 'boolean', 'ceil', 'contains', 'count', 'distinct'],
  ...['encodeUrl', 'encodeUrlComponent', 'decodeUrl', 'exists', 'floor', 'formatBase', 'formatNumber', 'fromMillis'],
  ...['join', 'keys', 'length', 'lookup', 'lowercase', 'max', 'merge', 'min', 'not', 'number', 'pad', 'parseInteger'],
  ...['power', 'replace', 'reverse', 'round', 'spread', 'split', 'sqrt', 'string', 'substring', 'substringAfter'],
  ...['substringBefore', 'sum', 'toMillis', 'trim', 'type', 'uppercase', 'zip', 'clone', 'error', 'assert'],
  ...['firstOf', 'money', 'e164', 'stableId', 'sha256', 'require', 'skip', 'iso', 'utm', 'pick', 'visitorId'],
];
const commonFunctions = ['exists', 'firstOf', 'string', 'lookup', 'lowercase', 'not', 'count', 'append', 'contains'];
const calledName = fc.oneof(fc.constantFrom(...commonFunctions), fc.constantFrom(...functions));

const operators = ['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '&', 'and', 'or', 'in'];

/** The bindings that these expressions know. */
export const variables = ['x', 'y', 'list'];

/** Expressions of the kinds that are compiled, in all combinations that the grammar allows. */
export const { expression: expressions } = fc.letrec<Record<'expression' | 'leaf' | 'path' | 'step' | 'call', string>>(
  (tie) => {
    const inner = tie('expression');
    const args = fc.array(inner, { maxLength: 3 }).map((given) => given.join(', '));
    const suffix = fc.oneof(
      { weight: 6, arbitrary: fc.constant('') },
      { weight: 2, arbitrary: fc.constantFrom('[0]', '[-1]', '[1]', '[]', '[[0,1]]', '[1.7]') },
      { weight: 2, arbitrary: inner.map((condition) => `[${condition}]`) },
      { weight: 1, arbitrary: fc.tuple(field, text).map(([key, other]) => `[${key} = ${quoted(other)}]`) },
    );
    return {
      leaf: fc.oneof(
        fc.constantFrom('true', 'false', 'null', '$', '$$', '$x', '$y', '$list', 'missing', '()'),
        text.map(quoted),
        number.map(String),
        field,
      ),
      call: fc.oneof(
        { weight: 6, arbitrary: fc.tuple(calledName, args).map(([called, given]) => `$${called}(${given})`) },
        { weight: 1, arbitrary: inner.map((given) => `$contains(${given}, /[a-c]+/i)`) },
        // Not $split, which JSONata itself repeats until its memory is full, where the pattern is left of a `?:`.
        { weight: 1, arbitrary: fc.constant('$contains(/[a-c]+/i)') },
      ),
      step: fc.oneof(
        { weight: 8, arbitrary: field },
        { weight: 1, arbitrary: fc.constantFrom('*', '$', '$x', '$list', 'missing') },
        { weight: 1, arbitrary: tie('call') },
        { weight: 1, arbitrary: inner.map((part) => `(${part})`) },
        { weight: 1, arbitrary: fc.tuple(field, inner).map(([key, part]) => `[${key}, ${part}]`) },
        { weight: 1, arbitrary: fc.tuple(field, inner).map(([key, part]) => `{ "k": ${key}, "v": ${part} }`) },
      ),
      path: fc
        .tuple(
          fc.array(fc.tuple(tie('step'), suffix), { minLength: 1, maxLength: 4 }),
          fc.oneof(
            { weight: 8, arbitrary: fc.constant('') },
            { weight: 1, arbitrary: field.map((key) => `^(${key})`) },
            { weight: 1, arbitrary: fc.tuple(field, field).map(([key, other]) => `^(>${key}, ${other})[0]`) },
          ),
        )
        .map(([steps, sort]) => steps.map((step) => step.join('')).join('.') + sort),
      expression: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        tie('leaf'),
        tie('path'),
        tie('path'),
        tie('call'),
        fc.tuple(tie('call'), suffix).map((parts) => parts.join('')),
        fc.tuple(inner, fc.constantFrom(...operators), inner).map(([l, operator, r]) => `(${l} ${operator} ${r})`),
        inner.map((operand) => `(-${operand})`),
        fc.tuple(inner, inner, inner).map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
        fc.tuple(inner, fc.constantFrom('??', '?:'), inner).map((parts) => `(${parts.join(' ')})`),
        fc.array(inner, { maxLength: 3 }).map((members) => `[${members.join(', ')}]`),
        fc
          .tuple(
            fc.integer({ min: -2, max: 4 }),
            number.filter((to) => to < 1e6),
          )
          .map(([from, to]) => `[${from}..${to}]`),
        fc
          .array(fc.tuple(fc.oneof(fc.constantFrom(...names).map(quoted), inner), inner), { maxLength: 3 })
          .map((pairs) => `{ ${pairs.map((pair) => pair.join(': ')).join(', ')} }`),
        fc
          .tuple(inner, inner, inner)
          .map(([bound, first, last]) => `($x := ${bound}; ${first}; $v := $x; [$v, ${last}])`),
        fc.tuple(inner, suffix).map(([part, behind]) => `(${part})${behind}`),
        fc.tuple(inner, tie('call')).map((parts) => `(${parts.join(' ~> ')})`),
        fc.tuple(inner, calledName).map(([given, called]) => `(${given} ~> $${called})`),
      ),
    };
  },
);
