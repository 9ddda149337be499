import { isEmpty } from '../empty.ts';
import { type Reason, tell } from '../explain/reason.ts';
import { explainNothing } from '../explain-nothing.ts';
import type { Evaluated } from '../expression.ts';
import type { Trace, TraceEntry } from '../trace.ts';

/** Characters of all values of one run, as JSON: whoever asked for them gets them from another process. */
const valuesLengthMax = 1_000_000;
/** Time for all explanations of one run, in milliseconds: they must not be what makes an evaluation too slow. */
const explainMsMax = 300;

/** Keeps what every expression came to, and why where that is nothing. */
export function recordTrace(): { readonly trace: Trace; readonly entries: readonly TraceEntry[] } {
  const entries: TraceEntry[] = [];
  const named = new Map<string, readonly Reason[]>();
  let spentMs = 0;
  let room = valuesLengthMax;
  const trace: Trace = async ({ path, text, item, input, bindings, evaluated }) => {
    const startedMs = performance.now();
    const reasons = spentMs < explainMsMax ? await explainNothing({ text, input, bindings, evaluated, named }) : [];
    spentMs += performance.now() - startedMs;
    const name = nameOf(path);
    if (evaluated.kind === 'value' && isEmpty(evaluated.value)) named.set(name, reasons);
    else named.delete(name);
    room -= lengthOf(evaluated);
    entries.push({ path, expression: text, item, result: resultOf(evaluated, tell(reasons), room < 0) });
  };
  return { trace, entries };
}

/** How expressions further down name what was found here: `$meta`, `$event.revenue`. */
const nameOf = (path: TraceEntry['path']): string => `$${(path[0] === 'let' ? path.slice(1) : path).join('.')}`;

const lengthOf = (evaluated: Evaluated): number =>
  evaluated.kind === 'value' && evaluated.value !== undefined ? JSON.stringify(evaluated.value).length : 0;

function resultOf(evaluated: Evaluated, why: string | null, isCut: boolean): TraceEntry['result'] {
  if (evaluated.kind === 'value' && evaluated.value === undefined) return { kind: 'nothing', why };
  const because = why === null ? {} : { why };
  if (evaluated.kind !== 'value') return { ...evaluated, ...because };
  return { kind: 'value', value: isCut ? tooLarge : (evaluated.value ?? null), ...because };
}

const tooLarge = '(too large to show)';
