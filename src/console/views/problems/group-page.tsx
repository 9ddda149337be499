import type { ComponentChildren } from 'preact';
import type { ApiProblemGroup, ApiProblems } from '../../../api-shapes/repair.ts';
import { useApi } from '../../api/use-api.ts';
import type { Revealable } from '../../api/use-revealable.ts';
import { number } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Reveal } from '../../ui/reveal.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import './problems.css';

/** What the pages of one group have in common, be they dead deliveries or failed events. */

export const back = { href: '/problems', label: 'Problems' };

interface GroupPageProps<G> {
  readonly title: string;
  readonly tab: string;
  readonly cause: string;
  readonly find: (problems: ApiProblems) => G | undefined;
  /** What is said once there is no such group. */
  readonly gone: ComponentChildren;
  readonly children: (group: G) => ComponentChildren;
}

export function GroupPage<G>({ title, tab, cause, find, gone, children }: GroupPageProps<G>) {
  const problems = useApi<ApiProblems>('/problems', ['deliveries', 'events']);
  return (
    <>
      <PageHeader
        title={title}
        tab={`${tab} · Problems`}
        back={back}
        sub={<span class="mono small break">{visibleText(cause)}</span>}
      />
      <Answered of={problems}>
        {(found) => {
          const group = find(found);
          return group === undefined ? gone : children(group);
        }}
      </Answered>
    </>
  );
}

interface GoneProps {
  readonly title: string;
  readonly why: string;
  readonly children?: ComponentChildren;
}

export function Gone({ title, why, children }: GoneProps) {
  return (
    <Empty icon="check" title={title}>
      <p>{why}</p>
      <div class="line">
        <a class="button" href="/problems">
          Other problems
        </a>
        {children}
      </div>
    </Empty>
  );
}

interface GroupFactsProps {
  readonly group: ApiProblemGroup;
  /** So many of what. */
  readonly counted: string;
  readonly means: string;
  /** The list of all of them. */
  readonly href: string;
  readonly children?: ComponentChildren;
}

export function GroupFacts({ group, counted, means, href, children }: GroupFactsProps) {
  const { reason, count, first_at, last_at } = group;
  return (
    <section class="panel">
      <div class="panel-body stack">
        <div class="line loose">
          <Mark tone="bad" icon="✗" word={reason} />
          <span>
            <strong>{counted}</strong> <span class="muted">from</span> <Time at={first_at} />{' '}
            <span class="muted">to</span> <Time at={last_at} />
          </span>
        </div>
        <p>{means}</p>
        <p>
          <a href={href}>See {count === 1 ? 'it' : `all ${number(count)}`} among the events</a>
        </p>
        {children}
      </div>
    </section>
  );
}

interface LastOneProps<T> {
  readonly of: Revealable<T>;
  readonly eventId: string | undefined;
  readonly about: (found: T) => ComponentChildren;
  /** What the sender or the destination has said, in which something personal may stand. */
  readonly texts: (found: T) => readonly string[];
}

/** The one that went wrong last: what it says tells more than what the group has in common. */
export function LastOne<T>({ of, eventId, about, texts }: LastOneProps<T>) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2 class="grow">The last one</h2>
        {eventId !== undefined && <a href={`/events/${eventId}`}>Open its event</a>}
      </div>
      <Answered of={of} lines={3}>
        {(found) => {
          const [message, ...others] = texts(found);
          // Other parts of the answer, which are not shown here, may be masked as well.
          const isMasked = of.isMasked && texts(found).some((text) => text.includes(mask));
          return (
            <div class="panel-body stack tight">
              <Reveal {...of} isMasked={isMasked} />
              <span class="muted small">{about(found)}</span>
              {message !== undefined && <p class="break">{visibleText(message)}</p>}
              {others.map((text) => (
                <div key={text} class="code">
                  <pre>{visibleText(text)}</pre>
                </div>
              ))}
            </div>
          );
        }}
      </Answered>
    </section>
  );
}

/** What the API puts in the place of what is personal. */
const mask = '•••';
