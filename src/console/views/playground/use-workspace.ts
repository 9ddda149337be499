import { useMemo, useRef, useState } from 'preact/hooks';
import type { ApiPath } from '../../../api-shapes/playground.ts';
import type { Json } from '../../../model/json.ts';
import type { Editor } from './editor.ts';
import { type Linked, linkedWith, type Pointed } from './links.ts';
import type { PaneKey } from './panes.tsx';
import type { Previewed } from './use-preview.ts';

/** What is shown and pointed at: nothing of it is in the address, as it is nobody else's concern. */
export interface Workspace {
  readonly pane: PaneKey;
  readonly showPane: (pane: PaneKey) => void;
  readonly tab: string;
  readonly showTab: (tab: string) => void;
  readonly linked: Linked;
  readonly point: (place: Pointed['in']) => (path: ApiPath | null) => void;
  readonly takeEditor: (editor: Editor | null) => void;
  /** Shows the editor, then does something with it. */
  readonly withEditor: (use: (editor: Editor) => void) => void;
}

export function useWorkspace({ preview, lineage }: Previewed, body: Json | undefined): Workspace {
  const [pane, showPane] = useState<PaneKey>('mapping');
  const [tab, showTab] = useState('values');
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const editor = useRef<Editor | null>(null);
  const destinations = preview?.items[0]?.destinations ?? [];
  const shown = destinations.find(({ destination }) => tab === `to:${destination}`);
  const linked = useMemo(
    () => linkedWith(pointed, { body, lineage, origins: shown?.origins ?? [] }),
    [pointed, body, lineage, shown],
  );
  return {
    ...{ pane, showPane, tab, showTab, linked },
    point: (place) => (path) => setPointed(path === null ? null : { in: place, path }),
    takeEditor: (taken) => {
      editor.current = taken;
    },
    withEditor: (use) => {
      showPane('mapping');
      // The pane is shown with the next frame, and only then can it take the cursor.
      requestAnimationFrame(() => editor.current !== null && use(editor.current));
    },
  };
}
