import { isJsonObject, type Json } from '../../model/json.ts';
import { parseExpression } from '../expression.ts';
import { expressionText } from '../expression-text.ts';
import type { MappingFile } from '../schema.ts';
import { nodesOf } from '../static/ast.ts';
import { letsBehindLookups } from '../static/scopes.ts';
import type { TemplatePath } from '../template.ts';
import { originOf, type Scope } from './expression-origin.ts';
import { alsoReading, anyOf, nothing, type Place, placesOf, type Root, type Value } from './place.ts';

/** One expression of a mapping, and where in an event its value comes from. */
export interface Lineage {
  /** As in `['event', 'user', 'id']`. */
  readonly path: TemplatePath;
  /** The text behind the `=`. */
  readonly expression: string;
  /** Also what it reads by way of a named value. */
  readonly reads: readonly Place[];
  /** The named values that it mentions, as in `['let', 'invoice']`. */
  readonly uses: readonly TemplatePath[];
}

const roots: readonly Root[] = ['body', 'headers', 'query', 'vars', 'meta'];
const wholeOf = (root: Root, keys: readonly string[] = []): Value => ({ copies: [{ root, keys }], reads: [] });

/** What every expression of a mapping reads, in the order of evaluation; without any event. */
export const lineageOf = (content: MappingFile): readonly Lineage[] => new Tracing(content).found;

class Tracing {
  readonly found: Lineage[] = [];
  readonly #variables = new Map<string, Value>(roots.map((root) => [root, wholeOf(root)]));
  readonly #named = new Map<string, TemplatePath>();

  constructor({ lookup = {}, let: lets = {}, when, for_each, event, destinations }: MappingFile) {
    const behind = letsBehindLookups(lets, Object.keys(lookup));
    const nameLets = (areBehind: boolean): void => {
      for (const [name, value] of Object.entries(lets))
        if (behind.has(name) === areBehind) this.#name(['let', name], this.#trace(value, ['let', name]));
    };
    nameLets(false);
    for (const [name, entry] of Object.entries(lookup)) {
      const args = this.#trace(entry as unknown as Json, ['lookup', name]);
      this.#name(['lookup', name], alsoReading(wholeOf('lookup', [name]), [args]));
    }
    nameLets(true);
    this.#trace(when, ['when']);
    if (for_each !== undefined) this.#variables.set('item', this.#trace(for_each, ['for_each']));
    const written = this.#trace(event as Json | undefined, ['event']);
    this.#variables.set('event', written);
    this.#variables.set('config', wholeOf('config'));
    this.#trace(destinations as unknown as Json, ['destinations']);
  }

  #name(path: readonly [string, string], value: Value): void {
    this.#variables.set(path[1], value);
    this.#named.set(path[1], path);
  }

  /** Where a template's value comes from; its expressions are found on the way. */
  #trace(template: Json | undefined, path: TemplatePath): Value {
    if (typeof template === 'string') return this.#traceText(template, path);
    if (Array.isArray(template)) return anyOf(template.map((item: Json, index) => this.#trace(item, [...path, index])));
    if (!isJsonObject(template)) return nothing;
    const members = Object.entries(template).map(([key, member]): [string, Value] => [
      key,
      this.#trace(member, [...path, key]),
    ]);
    return { ...nothing, members: new Map(members) };
  }

  #traceText(written: string, path: TemplatePath): Value {
    const text = expressionText(written);
    if (text === undefined) return nothing;
    const { value, mentioned } = this.#valueIn(text);
    const uses = [...this.#named].flatMap(([name, named]) => (mentioned.has(name) ? [named] : []));
    this.found.push({ path, expression: text, reads: placesOf(value), uses });
    return value;
  }

  #valueIn(text: string): { readonly value: Value; readonly mentioned: ReadonlySet<string> } {
    const parsed = parseExpression(text);
    if ('problem' in parsed) return { value: nothing, mentioned: new Set() };
    const body = wholeOf('body');
    const scope: Scope = { variables: this.#variables, input: body, context: body };
    const mentioned = new Set<string>();
    for (const { type, value } of nodesOf(parsed.ast)) if (type === 'variable') mentioned.add(String(value));
    try {
      return { value: originOf(parsed.ast, scope), mentioned };
    } catch (error) {
      // Nested as deeply as JSONata's parser bears; what it reads then is told of none.
      if (error instanceof RangeError) return { value: nothing, mentioned };
      throw error;
    }
  }
}
