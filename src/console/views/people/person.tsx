import type { ApiPerson, ApiPersonIdentifier } from '../../../api-shapes/people.ts';
import { pathWith } from '../../api/client.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { counted } from '../../ui/number-text.ts';
import { Mark, Status } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';

interface PersonProps {
  readonly person: ApiPerson;
  /** Then an identifier is not what it would be looked up by. */
  readonly isMasked: boolean;
  readonly onForget: () => void;
}

export function Person({ person, isMasked, onForget }: PersonProps) {
  const { user_id, conflict, identifiers, events } = person;
  return (
    <>
      <section class="panel">
        <div class="panel-head">
          <h2 class="grow break">{user_id === null ? 'A person without a user id' : `User ${visibleText(user_id)}`}</h2>
          <button type="button" class="button danger" onClick={onForget}>
            Forget this person
          </button>
        </div>
        {conflict !== null && (
          <div class="panel-body">
            <div class="note warn">
              This identifier belongs to {counted(conflict, 'user')}, so to no one person: nobody is joined by it.
            </div>
          </div>
        )}
        <Identifiers identifiers={identifiers} isMasked={isMasked} />
      </section>
      <section class="panel">
        <div class="panel-head">
          <h2>
            Events <span class="count">{events.length}</span>
          </h2>
        </div>
        {events.length === 0 ? (
          <p class="panel-body muted">No event of this person is kept.</p>
        ) : (
          <DataTable
            isMain
            caption="Events of this person, the newest first"
            rows={events}
            rowKey={({ id }) => id}
            rowHref={({ id }) => `/events/${id}`}
            columns={[
              { key: 'type', title: 'Event', cell: ({ type }) => visibleText(type) },
              { key: 'source', title: 'Source', cell: ({ source }) => source },
              { key: 'status', title: 'Status', cell: ({ status }) => <Status word={status} /> },
              { key: 'at', title: 'Occurred', cell: ({ occurred_at }) => <Time at={occurred_at} /> },
            ]}
          />
        )}
      </section>
    </>
  );
}

interface IdentifiersProps {
  readonly identifiers: readonly ApiPersonIdentifier[];
  readonly isMasked: boolean;
}

function Identifiers({ identifiers, isMasked }: IdentifiersProps) {
  return (
    <DataTable
      caption="Identifiers of this person, and how they were joined"
      rows={[...identifiers.entries()]}
      rowKey={([index]) => String(index)}
      columns={[
        { key: 'kind', title: 'Kind', cell: ([, { kind }]) => <span class="mono small">{visibleText(kind)}</span> },
        {
          key: 'value',
          title: 'Identifier',
          cell: ([, { kind, value }]) =>
            isMasked ? (
              <span class="mono small break">{visibleText(value)}</span>
            ) : (
              <a class="mono small break" href={pathWith('/people', { identifier: `${kind}:${value}` })}>
                {visibleText(value)}
              </a>
            ),
        },
        { key: 'how', title: 'Joined', cell: ([, one]) => <Joined identifier={one} /> },
        {
          key: 'when',
          title: 'Last seen together',
          cell: ([, { link }]) =>
            link !== null && (
              <>
                <Time at={link.seen_at} /> in{' '}
                <a class="inline" href={`/events/${link.event_id}`}>
                  {link.source}
                </a>
              </>
            ),
        },
      ]}
    />
  );
}

/** By which other identifier it is theirs. */
function Joined({ identifier: { link, hops, shared } }: { readonly identifier: ApiPersonIdentifier }) {
  return (
    <span class="line">
      {link === null ? 'asked for' : `via ${visibleText(link.from.kind)}${hops > 1 ? `, ${hops} links away` : ''}`}
      {shared && <Mark tone="warn" icon="!" word="shared by many: joins nobody" />}
    </span>
  );
}
