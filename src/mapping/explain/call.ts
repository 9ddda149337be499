import { isJsonObject } from '../../model/json.ts';
import { isEmpty } from '../empty.ts';
import { wildcard } from '../functions.ts';
import { emptyWord, keysOf, kindOf, notAmong, quoted } from './missing-key.ts';
import { resultsOf } from './observation.ts';
import { filteredPlace, stepsOf } from './path.ts';
import { describePlace, type Place, stepPlace } from './place.ts';
import type { Reason, Scope } from './reason.ts';
import type { AstNode } from './syntax-tree.ts';

/** What a function was given. */
interface Argument {
  readonly node: AstNode;
  /** As the author would call it: where it comes from, else its number. */
  readonly place: Place;
  readonly value: unknown;
}

/** Why a function yields nothing: which of its arguments is empty, or is nothing it can use. */
export function explainCall(call: AstNode, scope: Scope): readonly Reason[] {
  const { procedure, arguments: nodes = [] } = call;
  const name = procedure?.type === 'variable' ? String(procedure.value) : undefined;
  // It is there to end the run, and says why itself.
  if (name === 'skip' || name === 'error') return [];
  const called = name === undefined ? 'a function' : `$${name}`;
  const given = nodes.map((node, index): Argument => {
    const place = placeOf(node, scope) ?? { text: `argument ${index + 1} of ${called}`, isList: false };
    return { node, place, value: resultsOf(node, scope.observed)[0] };
  });
  const needed = name === 'e164' ? given.slice(0, 1) : given;
  const empty = needed.filter(({ value }) => isEmpty(value)).flatMap(({ node }) => scope.explain(node, scope));
  if (empty.length > 0) return empty;
  const unusable = name === undefined ? undefined : unusableIn(name, given);
  if (unusable !== undefined) return [unusable];
  const [first] = given;
  // A function that was called and yet came to no result has thrown: it wants something of another kind.
  const threw = scope.observed.of(call).length === 0 && first !== undefined && !isEmpty(first.value);
  if (threw) return [{ text: `${describePlace(first.place)} is ${kindOf(first.value)}` }];
  return [{ text: `${called}(…) yields nothing`, isVague: true }];
}

/** What is wrong with arguments that are all there, for the functions of which it can be said. */
function unusableIn(name: string, [first, second]: readonly Argument[]): Reason | undefined {
  if (first === undefined) return undefined;
  const at = describePlace(first.place);
  switch (name) {
    case 'money':
      return isAmount(first.value) ? undefined : { text: `${at} is no amount but ${kindOf(first.value)}` };
    case 'e164':
      return notAPhoneNumber(first, second);
    case 'iso':
      return { text: `${at} is no time: give seconds, milliseconds or ISO 8601` };
    case 'utm':
      return { text: isUrl(first.value) ? `${at} has no utm_ parameters` : `${at} is no full URL` };
    case 'pick':
      return nothingPicked(first, second);
    case 'lookup':
      return second === undefined ? undefined : notLookedUp(first, second);
    default:
      return undefined;
  }
}

const isAmount = (value: unknown): boolean => Number.isFinite(typeof value === 'string' ? Number(value) : value);

const isUrl = (value: unknown): boolean => typeof value === 'string' && URL.canParse(value);

function notAPhoneNumber({ place, value }: Argument, region: Argument | undefined): Reason {
  const at = describePlace(place);
  if (typeof value !== 'string' && typeof value !== 'number') return { text: `${at} is ${kindOf(value)}` };
  const needsRegion = isEmpty(region?.value) && !String(value).trim().startsWith('+');
  return { text: `${at} is no phone number${needsRegion ? ' without a region, as in $e164(…, "US")' : ''}` };
}

function nothingPicked({ place, value }: Argument, pattern: Argument | undefined): Reason | undefined {
  if (!isJsonObject(value)) return { text: `${describePlace(place)} is ${kindOf(value)}` };
  if (typeof pattern?.value !== 'string') return undefined;
  const keys = keysOf([value]);
  const matching = keys.find(wildcard(pattern.value));
  if (matching === undefined) {
    const wanted = pattern.node.type === 'string' ? quoted(pattern.value) : describePlace(pattern.place);
    return { text: `no key of ${describePlace(place)} matches ${wanted}`, keys };
  }
  const found = describePlace(stepPlace(place, { type: 'name', value: matching }, false));
  return { text: `${found} is ${emptyWord(value[matching]) ?? 'nothing'}` };
}

/** A key that is written out is shown; one that comes from the event may be personal. */
function notLookedUp(table: Argument, { node, place, value }: Argument): Reason | undefined {
  if (!isJsonObject(table.value)) return { text: `${describePlace(table.place)} is ${kindOf(table.value)}` };
  const keys = keysOf([table.value]);
  if (node.type === 'string') return notAmong(String(value), table.place, keys);
  return { text: `${describePlace(table.place)} has no key for the value of ${describePlace(place)}`, keys };
}

/** Where a path, variable or call leads; undefined for what is computed otherwise. */
function placeOf(node: AstNode, scope: Scope): Place | undefined {
  const { text } = scope.observed;
  if (node.type === 'variable' || node.type === 'function')
    return filteredPlace(stepPlace(scope.place, node, false), node, text);
  const last = node.type === 'path' ? stepsOf(node, scope).at(-1) : undefined;
  return last === undefined ? undefined : filteredPlace(last.to, last.node, text);
}
