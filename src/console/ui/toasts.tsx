import { announced } from '../state/announce.ts';
import { dismiss, toasts } from '../state/toasts.ts';
import { Icon } from './icon.tsx';

/** What came of things, in the corner; and the place from which a screen reader reads what is announced. */
export function Toasts() {
  return (
    <>
      <div class="unseen" role="status" aria-live="polite">
        {announced.value}
      </div>
      <section class="toasts" aria-label="Messages">
        {toasts.value.map(({ id, tone, text, action }) => (
          <div key={id} class={`toast ${tone}`}>
            <Icon name={tone === 'good' ? 'check' : 'problems'} />
            <div class="grow">
              {text} {action !== undefined && <a href={action.href}>{action.label}</a>}
            </div>
            <button type="button" class="button quiet slim square" title="Dismiss" onClick={() => dismiss(id)}>
              <Icon name="close" />
              <span class="unseen">Dismiss</span>
            </button>
          </div>
        ))}
      </section>
    </>
  );
}
