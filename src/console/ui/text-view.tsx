import { useMemo } from 'preact/hooks';
import { Copy } from './copy.tsx';
import { textLines, visibleText } from './text-lines.ts';
import { VirtualList } from './virtual-list.tsx';

interface TextViewProps {
  readonly text: string;
  /** What it is, for those who do not see the heading above. */
  readonly label: string;
  readonly rowsShown?: number;
}

/** Any text as it is, however long: always text, never markup. */
export function TextView({ text, label, rowsShown = 20 }: TextViewProps) {
  const lines = useMemo(() => textLines(text), [text]);
  return (
    <div class="code">
      <div class="tools">
        <Copy text={text} label={`Copy ${label}`} />
      </div>
      <VirtualList
        count={lines.length}
        rowsShown={rowsShown}
        attributes={{ tabIndex: 0, role: 'region', 'aria-label': label }}
        render={(index) => (
          <div key={index} class="text-line">
            {visibleText(lines[index] ?? '')}
          </div>
        )}
      />
    </div>
  );
}
