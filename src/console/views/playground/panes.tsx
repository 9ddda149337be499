import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export type PaneKey = 'body' | 'mapping' | 'result';

interface PanesProps extends Readonly<Record<PaneKey, ComponentChildren>> {
  readonly selected: PaneKey;
  readonly onSelect: (pane: PaneKey) => void;
}

const titles: readonly (readonly [PaneKey, string])[] = [
  ['body', 'Body'],
  ['mapping', 'Mapping'],
  ['result', 'Result'],
];

/** Beside each other where there is room, else one at a time; all of them stay as they are. */
export function Panes({ selected, onSelect, ...panes }: PanesProps) {
  const id = useId();
  return (
    <>
      <fieldset class="pane-switch">
        <legend class="unseen">What is shown</legend>
        {titles.map(([key, title]) => (
          <button
            key={key}
            type="button"
            aria-pressed={key === selected}
            aria-controls={`${id}-${key}`}
            onClick={() => onSelect(key)}
          >
            {title}
          </button>
        ))}
      </fieldset>
      <div class="panes">
        {titles.map(([key, title]) => (
          <section
            key={key}
            id={`${id}-${key}`}
            class="pane panel"
            data-pane={key}
            data-selected={key === selected ? '' : undefined}
          >
            <div class="pane-title">
              <h2>{title}</h2>
              {key === 'mapping' && <span class="muted">Tab leaves · Ctrl-] indents · Ctrl-Space completes</span>}
            </div>
            <div class="pane-content">{panes[key]}</div>
          </section>
        ))}
      </div>
    </>
  );
}
