import type { ApiShownRequest } from '../../../api-shapes/values.ts';
import { useApi } from '../../api/use-api.ts';
import { revealedIf } from '../../api/use-revealable.ts';
import { Answered } from '../../ui/states.tsx';
import { TextView } from '../../ui/text-view.tsx';
import { Headers } from './headers.tsx';

/** The request that carries the payload, secrets left out. */
export function ShownRequest({ id, isRevealed }: { readonly id: string; readonly isRevealed: boolean }) {
  const loaded = useApi<ApiShownRequest>(revealedIf(isRevealed, `/deliveries/${encodeURIComponent(id)}/request`));
  return (
    <Answered of={loaded} lines={3}>
      {({ request }) =>
        request === null ? (
          <p class="muted">
            No request is made: the destination is off, is configured no more, or is this gateway itself.
          </p>
        ) : (
          <div class="stack">
            <p class="mono break">
              <strong>{request.method}</strong> {request.url}
            </p>
            <Headers headers={request.headers} />
            <TextView text={indented(request.body)} label="request body" rowsShown={14} />
            <p class="small muted">
              As it is made today, alone; every try sends the same payload. What is secret is left out.
            </p>
          </div>
        )
      }
    </Answered>
  );
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // A destination may want something else than JSON.
    return body;
  }
}
