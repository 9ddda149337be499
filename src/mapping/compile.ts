import { defined } from '../model/defined.ts';
import type { Json } from '../model/json.ts';
import { wildcard } from './functions.ts';
import { writtenLookups } from './lookup-schema.ts';
import type { MappingFile } from './schema.ts';
import { letsBehindLookups, mentionsAny, scopesOf } from './static/scopes.ts';
import { compileTemplate, type Template, type TemplateProblem, type TemplateScope } from './template.ts';

/** A mapping file that was read and has the right shape; plain data, so that it can cross to the evaluator's process. */
export interface MappingDefinition {
  /** The file's name inside the mappings folder; part of every outgoing id, so renaming a file renames its ids. */
  readonly file: string;
  /** Changes whenever the text does. */
  readonly version: string;
  readonly content: MappingFile;
}

/** A mapping whose expressions are compiled, once. */
export interface CompiledMapping {
  readonly file: string;
  readonly version: string;
  readonly source: string;
  readonly matches: (eventType: string) => boolean;
  readonly when?: Template;
  /** In their order; those that need the answer of a lookup are `behindLookups`. */
  readonly let: readonly (readonly [string, Template])[];
  readonly behindLookups: ReadonlySet<string>;
  readonly lookups: readonly CompiledLookup[];
  /** Whether `when` can be decided before anything is looked up. */
  readonly isWhenFirst: boolean;
  readonly forEach?: Template;
  readonly event?: Template;
  /** The kinds of identifiers it stitches by; absent: it stitches nothing. */
  readonly stitch?: readonly string[];
  /** As in `10m`. */
  readonly hold?: string;
  readonly destinations: readonly CompiledDestination[];
}

/** Something to ask a source's API, once its arguments are known. */
export interface CompiledLookup {
  readonly name: string;
  /** As in `hubspot.contact`. */
  readonly lookup: string;
  /** The source whose API is asked. */
  readonly source: string;
  readonly isOptional: boolean;
  readonly args: Template;
  /** The lookups before it that its arguments use. */
  readonly after: readonly string[];
}

export interface CompiledDestination {
  readonly name: string;
  readonly when?: Template;
  readonly merge?: Template;
  readonly payload?: Template;
}

export interface CompileOptions {
  /** Leaves every expression to JSONata's interpreter. */
  readonly interprets?: boolean | undefined;
}

export function compileMapping(
  { file, version, content }: MappingDefinition,
  { interprets }: CompileOptions = {},
): {
  readonly mapping: CompiledMapping;
  readonly problems: readonly TemplateProblem[];
} {
  const problems: TemplateProblem[] = [];
  const within = (variables: readonly string[]): TemplateScope => ({ variables, problems, interprets });
  const compile = (value: Json | undefined, key: string, variables: readonly string[]): Template | undefined =>
    value === undefined ? undefined : compileTemplate(value, [key], within(variables));

  const written = writtenLookups(content.lookup);
  const lookups = written.map(({ name }) => name);
  const behindLookups = letsBehindLookups(content.let ?? {}, lookups);
  const hasForEach = content.for_each !== undefined;
  const scopes = scopesOf({ lets: Object.keys(content.let ?? {}), lookups, behindLookups, hasForEach });
  const lets = Object.entries(content.let ?? {}).map(
    ([name, value], index) => [name, compileTemplate(value, ['let', name], within(scopes.let(index)))] as const,
  );
  const mapping = defined({
    file,
    version,
    source: content.source,
    matches: matchesAny(content.events),
    let: lets,
    behindLookups,
    lookups: written.map((entry, index) => ({
      name: entry.name,
      lookup: entry.lookup,
      source: entry.source ?? content.source,
      isOptional: entry.optional,
      args: compileTemplate(entry.args, ['lookup', entry.name, entry.lookup], within(scopes.lookup(index))),
      after: lookups.slice(0, index).filter((name) => mentionsAny(entry.args, new Set([name]))),
    })),
    isWhenFirst: !mentionsAny(content.when, new Set([...lookups, ...behindLookups])),
    when: compile(content.when, 'when', scopes.shared),
    forEach: compile(content.for_each, 'for_each', scopes.shared),
    event: compile(content.event as Json | undefined, 'event', scopes.event),
    stitch: content.stitch,
    hold: content.hold?.for,
    destinations: compileDestinations(content.destinations, within(scopes.destinations)),
  });
  return { mapping, problems };
}

function compileDestinations(
  destinations: MappingFile['destinations'],
  within: TemplateScope,
): readonly CompiledDestination[] {
  const entries = Array.isArray(destinations)
    ? destinations.map((name) => [name, null] as const)
    : Object.entries(destinations);
  return entries.map(([name, settings]) => {
    const compile = (key: 'when' | 'merge' | 'payload'): Template | undefined => {
      const value = settings?.[key];
      const scope = { ...within, nullIsNothing: key === 'merge' };
      return value === undefined ? undefined : compileTemplate(value as Json, ['destinations', name, key], scope);
    };
    return defined({ name, when: compile('when'), merge: compile('merge'), payload: compile('payload') });
  });
}

function matchesAny(events: string | readonly string[]): (eventType: string) => boolean {
  const patterns = (typeof events === 'string' ? [events] : events).map(wildcard);
  return (eventType) => patterns.some((matches) => matches(eventType));
}
