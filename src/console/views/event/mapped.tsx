import type { ApiEvent, ApiRun } from '../../../api-shapes/stored.ts';
import type { ApiValues } from '../../../api-shapes/values.ts';
import { type Loaded, useApi } from '../../api/use-api.ts';
import { revealedIf } from '../../api/use-revealable.ts';
import { Loading, ProblemNote } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { RunOutcome } from './run-outcome.tsx';
import { Step } from './step.tsx';
import { StitchNote } from './stitch-note.tsx';
import { Values } from './values.tsx';

/** What the mappings made of it, value by value. */
export function Mapped({ event, isRevealed }: { readonly event: ApiEvent; readonly isRevealed: boolean }) {
  const { status, message, reason, waits_for, due_at } = event;
  const runs = event.runs ?? [];
  const isUnknown = status === 'unmatched' && runs.length === 0;
  const isRead = runs.length > 0 || status === 'unmatched';
  const path = `/events/${encodeURIComponent(event.id)}/values`;
  const values = useApi<ApiValues>(isRead ? revealedIf(isRevealed, path) : null, ['configuration']);
  return (
    <Step number={3} title="Mapped" tone={toneOf(status)} told={<Status word={status} />}>
      {waits_for !== null && due_at !== null && (
        <div class="note warn">
          It waits for {waits_for === 'lookup' ? 'the answer of a lookup' : 'somebody it belongs to'}, until{' '}
          <Time at={due_at} as="absolute" /> at the latest.
        </div>
      )}
      {message !== null && !isUnknown && (
        <div class={`note ${status === 'failed' ? 'bad' : 'warn'}`}>
          <span>
            {visibleText(message)} {reason !== null && <span class="muted mono">{reason}</span>}
          </span>
        </div>
      )}
      {isUnknown && (
        <p class="line">
          <span>
            No mapping takes {event.source} events of type <span class="mono">{visibleText(event.type)}</span>.
          </span>
          <a class="button slim" href={`/playground?event=${encodeURIComponent(event.id)}&create=1`}>
            Create a mapping from this event
          </a>
        </p>
      )}
      {runs.map((run) => (
        <Run key={run.mapping} event={event} run={run} values={values} />
      ))}
    </Step>
  );
}

function toneOf(status: string): 'good' | 'warn' | 'bad' | 'quiet' {
  if (status === 'translated') return 'good';
  if (status === 'failed') return 'bad';
  return status === 'unmatched' ? 'warn' : 'quiet';
}

interface RunProps {
  readonly event: ApiEvent;
  readonly run: ApiRun;
  readonly values: Loaded<ApiValues>;
}

function Run({ event, run, values }: RunProps) {
  const { mapping, version, items = [] } = run;
  const explained = values.data?.items.find((item) => item.mapping === mapping);
  const told = items.flatMap(({ destinations }) => destinations).filter(({ outcome }) => outcome !== 'queued');
  return (
    <section class="panel">
      <div class="panel-head">
        <h3>
          <a href={`/playground?mapping=${encodeURIComponent(mapping)}&event=${encodeURIComponent(event.id)}`}>
            {mapping}
          </a>
        </h3>
        <span class="mono small muted">@ {version}</span>
        <RunOutcome run={run} />
      </div>
      <div class="panel-body stack">
        {told.map(({ destination, outcome, message, reason }) => (
          <p key={`${destination} ${outcome}`} class="line">
            <Status word={outcome} of={destination} />
            <span class="break">{visibleText(message ?? reason ?? '')}</span>
          </p>
        ))}
        {items.map(({ stitch }, index) =>
          stitch === undefined || stitch === null ? null : (
            // Items have no name but their place.
            <StitchNote key={`${version} ${index}`} stitch={stitch} number={items.length > 1 ? index + 1 : null} />
          ),
        )}
        {values.problem !== undefined && <ProblemNote problem={values.problem} />}
        {explained !== undefined && explained.version !== version && (
          <div class="note warn">
            The mapping has changed since: the values below are what version {explained.version} makes of this event
            today.
          </div>
        )}
        {values.data !== undefined && explained === undefined && (
          <div class="note">This mapping does not take such events any more, so there are no values to show.</div>
        )}
      </div>
      {explained !== undefined && <Values fields={explained.fields} />}
      {values.data === undefined && values.problem === undefined && <Loading lines={3} />}
    </section>
  );
}
