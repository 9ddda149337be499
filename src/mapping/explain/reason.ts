import type { Observation } from './observation.ts';
import type { Place } from './place.ts';
import type { AstNode } from './syntax-tree.ts';

/** One thing in the data, or in what a mapping asks of it, that makes an expression empty. */
export interface Reason {
  readonly text: string;
  /** The key that was most likely meant. */
  readonly near?: string;
  /** The key is one letter away from `near`, which is seldom chance. */
  readonly isSlip?: boolean;
  /** Some of what is there instead, where no key is near. */
  readonly keys?: readonly string[];
  /** The one other place that has the key. */
  readonly elsewhere?: string;
  /** Says no more than that it is so; not told where there is anything better. */
  readonly isVague?: boolean;
  /** Why a value of the mapping itself is empty, found out where that value is written. */
  readonly because?: readonly Reason[];
}

/** Why the mapping's own values are empty, by how an expression names them: `$meta`, `$event.revenue`. */
export type NamedReasons = ReadonlyMap<string, readonly Reason[]>;

/** What explaining a part of an expression needs to know of the rest. */
export interface Scope {
  readonly observed: Observation;
  readonly named: NamedReasons;
  /** What relative paths start from. */
  readonly place: Place;
  /** What `$x := …` in this expression has bound. */
  readonly bound: ReadonlyMap<string, AstNode>;
  readonly depth: number;
  /** Why a part is empty; nothing to say of a part that is not. */
  readonly explain: Explain;
  /** Why a condition is not true, as far as something empty is to blame. */
  readonly explainFalse: Explain;
}

export type Explain = (node: AstNode, scope: Scope) => readonly Reason[];

/** Reasons told in one sentence; a longer list helps nobody. */
const reasonsMax = 3;
/** Keys told where none is near. */
const keysShown = 6;
const lengthMax = 400;

/** The reasons as one line of text, likely typing mistakes first; null without any. */
export function tell(reasons: readonly Reason[]): string | null {
  const text = told(reasons, '; ');
  if (text === '') return null;
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}

function told(reasons: readonly Reason[], separator: string): string {
  const distinct = [...new Map(reasons.map((reason) => [reason.text, reason])).values()];
  const precise = distinct.filter(({ isVague }) => isVague !== true);
  const ranked = (precise.length > 0 ? precise : distinct).toSorted((a, b) => rank(a) - rank(b)).slice(0, reasonsMax);
  return ranked.map((reason) => tellOne(reason, ranked.length === 1)).join(separator);
}

const rank = ({ near, isSlip }: Reason): number => (isSlip === true ? 0 : near === undefined ? 2 : 1);

/** What there is instead is told only of a reason that stands alone. */
function tellOne({ text, near, elsewhere, keys = [], because = [] }: Reason, isAlone: boolean): string {
  if (because.length > 0) return `${text}, because ${told(because, ' and ')}`;
  if (near !== undefined) return `${text}; did you mean ${JSON.stringify(near)}?`;
  if (!isAlone) return text;
  const more = keys.length > keysShown ? ', …' : '';
  const instead = keys.length === 0 ? '' : ` (has: ${keys.slice(0, keysShown).join(', ')}${more})`;
  return `${text}${instead}${elsewhere === undefined ? '' : `; it is in ${elsewhere}`}`;
}

/** The value of the mapping itself that is empty, with what is at the root of it. */
export const inherited = (name: string, reasons: readonly Reason[], state = 'yields nothing'): Reason => ({
  text: `${name} ${state}`,
  because: reasons.flatMap(({ because, ...reason }) => because ?? [reason]),
});
