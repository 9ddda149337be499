import { areShortcutsOn } from '../state/preferences.ts';
import { shortcuts } from '../state/shortcuts.ts';
import { Dialog } from '../ui/dialog.tsx';

/** What the keys do on this page, and the switch for all of them. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  // The later ones win, so only those count.
  const own = [...new Map(shortcuts.value.map((each) => [each.keys, each])).values()];
  return (
    <Dialog title="Shortcuts" onClose={onClose}>
      <label class="check">
        <input
          type="checkbox"
          checked={areShortcutsOn.value}
          onChange={({ currentTarget }) => {
            areShortcutsOn.value = currentTarget.checked;
          }}
        />
        Single keys do something
      </label>
      <dl class="facts">
        {own.map(({ keys, does }) => (
          <div key={keys} class="shortcut">
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="small muted">Tab, Enter, Escape and the arrow keys work as everywhere, also when these are off.</p>
    </Dialog>
  );
}
