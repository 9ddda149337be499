import { closest, suggest } from '../../diagnostics/closest.ts';
import type { Problem } from '../../diagnostics/problem.ts';
import { quote } from '../../diagnostics/quote.ts';
import { lookupNamed } from '../../lookups/index.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { YamlFile } from '../../yaml/document.ts';
import { wildcard } from '../functions.ts';
import { writtenLookups } from '../lookup-schema.ts';
import type { TemplatePath } from '../template.ts';
import type { KnownNames } from './known-names.ts';
import { partsOf } from './sites.ts';

/** A name of gateway.yaml in a mapping. */
export interface Reference {
  readonly what: 'source' | 'destination';
  readonly name: string;
  readonly path: TemplatePath;
  /** The name is the key itself, and not a value. */
  readonly isKey: boolean;
}

/** The sources and destinations that a mapping names, good or not. */
export function referencesIn(raw: unknown): readonly Reference[] {
  if (!isJsonObject(raw)) return [];
  const partOf = partsOf(raw);
  const source = partOf('source');
  const { key, value } = partOf('destinations');
  const named: Reference[] =
    typeof source.value === 'string' ? [{ what: 'source', name: source.value, path: [source.key], isKey: false }] : [];
  if (isJsonObject(value)) {
    for (const name of Object.keys(value)) named.push({ what: 'destination', name, path: [key, name], isKey: true });
  }
  for (const [index, name] of (Array.isArray(value) ? value : []).entries()) {
    if (typeof name === 'string') named.push({ what: 'destination', name, path: [key, index], isKey: false });
  }
  return named;
}

/** Names of sources, destinations and event types, against those there are. */
export function referenceProblems(yaml: YamlFile, known: KnownNames): readonly Problem[] {
  if (!isJsonObject(yaml.value)) return [];
  const references = referencesIn(yaml.value);
  return [
    ...(known.isIncomplete === true ? [] : references.flatMap((reference) => unknownReference(yaml, reference, known))),
    ...(known.isIncomplete === true ? [] : lookupProblems(yaml, yaml.value, known)),
    ...eventTypeProblems(yaml, yaml.value, known),
    ...expectationProblems(yaml, yaml.value, { references, known }),
  ];
}

/** A lookup asks the API of one kind of sender: its source has to be one. */
function lookupProblems(yaml: YamlFile, raw: JsonObject, { sources, sourceTypes = {} }: KnownNames): Problem[] {
  const { key, value } = partsOf(raw)('lookup');
  const own = typeof raw.source === 'string' ? raw.source : '';
  return writtenLookups(isJsonObject(value) ? value : {}).flatMap(({ name, lookup, source }): Problem[] => {
    const asked = source ?? own;
    const wanted = lookupNamed(lookup)?.sourceType;
    const type = sourceTypes[asked];
    if (wanted === undefined || type === wanted || (source === undefined && type === undefined)) return [];
    const fitting = Object.keys(sourceTypes).filter((each) => sourceTypes[each] === wanted);
    const hint =
      fitting.length === 0
        ? `add a source of type ${wanted} to gateway.yaml, under sources:`
        : `write  source: ${fitting[0]}  beside it`;
    const at = source === undefined ? yaml.positionOfKey([key, name, lookup]) : yaml.positionOf([key, name, 'source']);
    const isKnown = sources.includes(asked);
    const message = isKnown
      ? `${lookup} asks a source of type ${wanted}, and ${quote(asked)} is of type ${type ?? 'another'}`
      : `no source called ${quote(asked)} in gateway.yaml`;
    return [
      { severity: 'error', code: isKnown ? 'mapping/wrong-source' : 'mapping/unknown-source', message, at, hint },
    ];
  });
}

export const placeOf = (yaml: YamlFile, { path, isKey }: Reference): Problem['at'] =>
  isKey ? yaml.positionOfKey(path) : yaml.positionOf(path);

function unknownReference(yaml: YamlFile, reference: Reference, known: KnownNames): Problem[] {
  const { what, name } = reference;
  const names = what === 'source' ? known.sources : known.destinations;
  if (names.includes(name)) return [];
  return [
    {
      severity: 'error',
      code: `mapping/unknown-${what}`,
      message: `no ${what} called ${quote(name)} in gateway.yaml`,
      at: placeOf(yaml, reference),
      hint: suggest(name, names, { what: `known ${what}s`, otherwise: `add it to gateway.yaml, under ${what}s:` }),
    },
  ];
}

/** The types of `events:` and of tests, where the source's own are known. */
function eventTypeProblems(
  yaml: YamlFile,
  raw: JsonObject,
  { sources, eventTypes, isIncomplete }: KnownNames,
): Problem[] {
  if (isIncomplete === true) return [];
  const source = typeof raw.source === 'string' ? (closest(raw.source, sources) ?? raw.source) : '';
  const types = eventTypes !== undefined && Object.hasOwn(eventTypes, source) ? eventTypes[source] : undefined;
  if (types === undefined) return [];
  return patternsIn(raw).flatMap(({ pattern, path }): Problem[] => {
    if (types.some(wildcard(pattern))) return [];
    return [
      {
        severity: 'warning',
        code: 'mapping/unknown-event-type',
        message: `${source} is not known to send ${quote(pattern)}`,
        at: yaml.positionOf(path),
        hint: /,/.test(pattern)
          ? `write a list:  events: [${pattern}]`
          : suggest(pattern, pattern.endsWith('.*') ? families(types) : types, { what: 'it sends', otherwise: '' }),
      },
    ];
  });
}

/** Every pattern that stands for the types of one object, as in `invoice.*`. */
const families = (types: readonly string[]): readonly string[] => [
  ...new Set(types.map((type) => type.replace(/[^.]*$/, '*'))),
];

interface Pattern {
  readonly pattern: string;
  readonly path: TemplatePath;
}

function patternsIn(raw: JsonObject): readonly Pattern[] {
  const listed = Array.isArray(raw.events) ? raw.events : [];
  const tests = Array.isArray(raw.tests) ? raw.tests : [];
  return [
    ...patternAt(raw.events, ['events']),
    ...listed.flatMap((event: Json, index) => patternAt(event, ['events', index])),
    ...tests.flatMap((test: Json, index) => (isJsonObject(test) ? patternAt(test.type, ['tests', index, 'type']) : [])),
  ];
}

const patternAt = (pattern: Json | undefined, path: TemplatePath): readonly Pattern[] =>
  typeof pattern === 'string' && pattern !== '' ? [{ pattern, path }] : [];

interface Expected {
  readonly references: readonly Reference[];
  readonly known: KnownNames;
}

/** A test that expects something of a destination to which the mapping does not send waits in vain. */
function expectationProblems(yaml: YamlFile, raw: JsonObject, { references, known }: Expected): Problem[] {
  const named = references.filter(({ what }) => what === 'destination').map(({ name }) => name);
  // What a misspelt destination was meant to be may be expected under its right name.
  const meant = named.flatMap((name) => closest(name, known.destinations) ?? []);
  if (named.length === 0) return [];
  return expectationsIn(raw).flatMap(({ name, wanted, path }): Problem[] => {
    if ([...named, ...meant].includes(name)) return [];
    if (wanted === 'skipped' && known.destinations.includes(name)) return [];
    return [
      {
        // One that is in gateway.yaml may be expected to get nothing; the test itself tells what comes of it.
        severity: known.destinations.includes(name) || known.isIncomplete === true ? 'warning' : 'error',
        code: 'mapping/unknown-destination',
        message: `the mapping sends to no destination called ${quote(name)}`,
        at: yaml.positionOfKey(path),
        hint: suggest(name, named, { what: 'it sends to', otherwise: '' }),
      },
    ];
  });
}

interface Expectation {
  readonly name: string;
  readonly wanted: Json | undefined;
  readonly path: TemplatePath;
}

function expectationsIn(raw: JsonObject): readonly Expectation[] {
  const tests = Array.isArray(raw.tests) ? raw.tests : [];
  return tests.flatMap((test: Json, index) =>
    ['expect', 'expect_exactly'].flatMap((key) => {
      const expected = isJsonObject(test) ? test[key] : undefined;
      if (!isJsonObject(expected)) return [];
      return Object.entries(expected).map(([name, wanted]) => ({ name, wanted, path: ['tests', index, key, name] }));
    }),
  );
}
