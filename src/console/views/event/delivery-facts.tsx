import type { ApiDelivery } from '../../../api-shapes/stored.ts';
import { Copy } from '../../ui/copy.tsx';
import { Time } from '../../ui/time.tsx';
import { StitchNote } from './stitch-note.tsx';

/** Under which ids it is known, and where it comes from. */
export function DeliveryFacts({ delivery }: { readonly delivery: ApiDelivery }) {
  const { id, outgoing_id, replay_of, mapping, mapping_version, item, created_at, settled_at, stitch } = delivery;
  return (
    <div class="stack">
      <dl class="facts">
        <Id name="delivery" id={id} />
        <Id name="sent as" id={outgoing_id} />
        {replay_of !== null && <Id name="made anew of" id={replay_of} />}
        <dt>made by</dt>
        <dd>
          {mapping} <span class="mono muted">@ {mapping_version}</span>
          {item > 0 && `, item ${item + 1}`}
        </dd>
        <dt>queued</dt>
        <dd>
          <Time at={created_at} as="absolute" />
        </dd>
        {settled_at !== null && (
          <>
            <dt>settled</dt>
            <dd>
              <Time at={settled_at} as="absolute" />
            </dd>
          </>
        )}
      </dl>
      {stitch !== null && <StitchNote stitch={stitch} number={null} />}
    </div>
  );
}

function Id({ name, id }: { readonly name: string; readonly id: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd class="line">
        <span class="mono break">{id}</span>
        <Copy text={id} label={`Copy the id: ${name}`} />
      </dd>
    </>
  );
}
