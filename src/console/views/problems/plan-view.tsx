import type { ApiPlan } from '../../../api-shapes/repair.ts';
import type { Json } from '../../../model/json.ts';
import { JsonTree } from '../../ui/json-tree.tsx';
import { counted, number } from '../../ui/number-text.ts';
import { visibleText } from '../../ui/text-lines.ts';

/** What a replay would do: counts, and how payloads would change. Nothing has been written for it. */
export function PlanView({ plan }: { readonly plan: ApiPlan }) {
  const { events, payloads, joins, changed, changes, failures, repeated } = plan;
  const [first] = plan.new;
  return (
    <div class="stack">
      <div class="plan-counts">
        <Counts
          title={`${counted(events.total, 'event')} would be replayed`}
          counts={[
            [events.translated, 'translated'],
            [events.unmatched, 'without a mapping'],
            [events.failed, 'failed again'],
            [events.delayed, 'waiting first, for a lookup or an identity'],
            [events.unusable, 'not replayable: no mapping ever sees them'],
          ]}
        />
        <Counts
          title={`${counted(payloads.new + payloads.again, 'delivery', 'deliveries')} would be made`}
          counts={[
            [payloads.again, 'made again, after an earlier one'],
            [payloads.new, 'new'],
            [payloads.left_delivered, 'left alone: delivered'],
            [payloads.left_under_way, 'left alone: on their way'],
            [payloads.left_out, 'left out: other destinations'],
            [joins, 'at most, that tell a destination who a visitor is'],
          ]}
        />
      </div>
      {failures.map(({ cause, count, example }) => (
        <div key={cause} class="note bad">
          <span class="grow">
            {counted(count, 'event')} would fail: <span class="mono small">{visibleText(cause)}</span>
          </span>
          <a class="nowrap" href={`/events/${example}`}>
            An example
          </a>
        </div>
      ))}
      {repeated.map(({ destination, was, now, count }) => (
        <div key={`${destination} ${was} ${now}`} class="note warn">
          {counted(count, 'new delivery', 'new deliveries')}: {destination} has them by {visibleText(was)} already, and{' '}
          {visibleText(now)} would send them again under other ids.
        </div>
      ))}
      <Changes
        changes={changes}
        count={changed.again + changed.left_delivered}
        compared={payloads.again + payloads.left_delivered}
      />
      {changes.length === 0 && first !== undefined && (
        <div class="stack tight">
          <h3>For example, to {first.destination}</h3>
          <JsonTree value={first.payload} label="new payload" rowsShown={12} />
        </div>
      )}
    </div>
  );
}

interface CountsProps {
  readonly title: string;
  readonly counts: readonly (readonly [count: number, what: string])[];
}

function Counts({ title, counts }: CountsProps) {
  const shown = counts.filter(([count]) => count > 0);
  return (
    <div class="stack tight">
      <h3>{title}</h3>
      <ul>
        {shown.map(([count, what]) => (
          <li key={what}>
            <span class="number plan-count">{number(count)}</span> {what}
          </li>
        ))}
      </ul>
    </div>
  );
}

const samplesShown = 5;

interface ChangesProps {
  readonly changes: ApiPlan['changes'];
  readonly count: number;
  /** Payloads that something was sent, or to be sent, in place of. */
  readonly compared: number;
}

function Changes({ changes, count, compared }: ChangesProps) {
  if (changes.length === 0)
    return count === 0 && compared > 0 ? <p class="muted">No payload would differ from what was sent.</p> : null;
  return (
    <div class="stack tight">
      <h3>
        {counted(count, 'payload')} would differ from what was sent
        {count > samplesShown && <span class="muted">, {samplesShown} of them:</span>}
      </h3>
      {changes.slice(0, samplesShown).map(({ event_id, destination, fate, changes: fields }) => (
        <div key={`${event_id} ${destination}`} class="diff">
          <div class="diff-head line apart small">
            <a href={`/events/${event_id}`} class="mono">
              {event_id}
            </a>
            <span class="muted">
              {destination}, {fate === 'again' ? 'made again' : 'left alone'}
            </span>
          </div>
          {fields.map(({ path, before, after }) => (
            <div key={path} class="diff-field">
              {before !== undefined && <DiffLine sign="−" path={path} value={before} />}
              {after !== undefined && <DiffLine sign="+" path={path} value={after} />}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

interface DiffLineProps {
  readonly sign: '−' | '+';
  readonly path: string;
  readonly value: Json;
}

const valueMax = 300;

function DiffLine({ sign, path, value }: DiffLineProps) {
  const text = JSON.stringify(value);
  return (
    <div class={`diff-line ${sign === '+' ? 'added' : 'removed'}`}>
      <span aria-hidden="true">{sign}</span>
      <span class="unseen">{sign === '+' ? 'after' : 'before'}</span>
      <span>
        {visibleText(path)}: {visibleText(text.length > valueMax ? `${text.slice(0, valueMax)}…` : text)}
      </span>
    </div>
  );
}
