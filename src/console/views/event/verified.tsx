import type { ApiEvent } from '../../../api-shapes/stored.ts';
import { Step } from './step.tsx';

/** Names under which senders put what proves that they are it. */
const proof = /signature|hmac|authorization|token|digest/i;

/** Nothing is stored unverified, so here is what it was verified by. */
export function Verified({ event }: { readonly event: ApiEvent }) {
  const { source, request } = event;
  const names = Object.keys(request.headers).filter((name) => proof.test(name));
  return (
    <Step
      number={2}
      title="Verified"
      tone="good"
      told={
        <span class="muted">
          The signature of {source} was right
          {names.length > 0 && (
            <>
              {' '}
              (<span class="mono">{names.join(', ')}</span>)
            </>
          )}
          . What is not genuine is answered 401 and never stored.
        </span>
      }
    />
  );
}
