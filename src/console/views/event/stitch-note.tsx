import type { IdOrigin, Stitch } from '../../../model/identity.ts';
import { Time } from '../../ui/time.tsx';

interface StitchNoteProps {
  readonly stitch: Stitch;
  /** Which item of `for_each`; null where there is only one. */
  readonly number: number | null;
}

/** Where the ids of what was sent came from: why it is this person. */
export function StitchNote({ stitch, number }: StitchNoteProps) {
  const { user_id, anonymous_id, conflict, shared = [] } = stitch;
  return (
    <dl class="facts">
      <dt>user{number !== null && ` of item ${number}`}</dt>
      <dd>
        <Origin origin={user_id} />
      </dd>
      <dt>visitor{number !== null && ` of item ${number}`}</dt>
      <dd>
        <Origin origin={anonymous_id} />
      </dd>
      {conflict !== undefined && (
        <>
          <dt>conflict</dt>
          <dd>its identifiers belong to {conflict} users, so nothing was filled in</dd>
        </>
      )}
      {shared.length > 0 && (
        <>
          <dt>left out</dt>
          <dd>{shared.join(', ')}: shared by too many people to say anything</dd>
        </>
      )}
    </dl>
  );
}

function Origin({ origin }: { readonly origin: IdOrigin }) {
  switch (origin.from) {
    case 'event':
      return <span>from the event itself</span>;
    case 'link':
      return (
        <span>
          stitched by {origin.via}
          {origin.hops > 1 && `, ${origin.hops} links away`}, seen <Time at={origin.seen_at} /> in{' '}
          <a class="inline" href={`/events/${encodeURIComponent(origin.event_id)}`}>
            an event of {origin.source}
          </a>
        </span>
      );
    case 'stable_id':
      return <span>by the mapping's fallback, the same for the same person</span>;
    case 'nowhere':
      return <span class="muted">unknown</span>;
  }
}
