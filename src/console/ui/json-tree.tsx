import { useId, useMemo, useState } from 'preact/hooks';
import type { Json } from '../../model/json.ts';
import { Copy } from './copy.tsx';
import { visibleText } from './text-lines.ts';
import { pathText, type TreeRow, treeRows, typeOf, valueText } from './tree-rows.ts';
import { VirtualList } from './virtual-list.tsx';

interface JsonTreeProps {
  readonly value: Json;
  readonly label: string;
  readonly rowsShown?: number;
  /** A value was chosen, by click or Enter. */
  readonly onPick?: (row: TreeRow) => void;
  /** The pointer or the keyboard is on a value; null where it has left. */
  readonly onPoint?: (row: TreeRow | null) => void;
  /** Ids of paths to be seen at a glance (see `pathId`). */
  readonly marked?: ReadonlySet<string>;
}

/** Deeper levels are told by their number, for the page is only so wide. */
const indentDepthMax = 16;
const indentRem = 0.875;

/** JSON of any size and depth, opened and closed level by level; everything in it is text. */
export function JsonTree({ value, label, rowsShown = 20, onPick, onPoint, marked }: JsonTreeProps) {
  const id = useId();
  const { rows, at, found, active, turn, setActiveId, areAllOpen, turnAll } = useTree(value);
  const go = (row: TreeRow | undefined): void => {
    if (row === undefined) return;
    setActiveId(row.id);
    onPoint?.(row);
  };
  const pressed = (event: KeyboardEvent): void => {
    const step = active === undefined ? undefined : stepFor(event.key, { rows, at, active });
    if (step === undefined) return;
    event.preventDefault();
    if (step === 'turn' && active !== undefined) turn(active);
    else if (step === 'pick' && active !== undefined) (onPick ?? turn)(active);
    else if (typeof step === 'number') go(rows[step]);
  };
  return (
    <div class="code">
      <div class="tools line">
        <button type="button" class="button quiet slim" onClick={turnAll}>
          {areAllOpen ? 'Close' : 'Open all'}
        </button>
        <Copy text={() => JSON.stringify(value, null, 2)} label={`Copy ${label}`} />
      </div>
      <VirtualList
        count={rows.length}
        rowsShown={rowsShown}
        keep={found === -1 ? undefined : found}
        attributes={{
          role: 'tree',
          tabIndex: 0,
          'aria-label': label,
          ...(active === undefined ? {} : { 'aria-activedescendant': `${id}-${at}` }),
          onKeyDown: pressed,
          onMouseLeave: () => onPoint?.(null),
          onBlur: () => onPoint?.(null),
        }}
        render={(index) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <TreeLine
              key={row.id}
              id={`${id}-${index}`}
              row={row}
              isActive={index === at}
              isMarked={marked?.has(row.id) ?? false}
              onTurn={() => turn(row)}
              onPoint={() => onPoint?.(row)}
              onChoose={() => {
                setActiveId(row.id);
                onPick?.(row);
              }}
            />
          );
        }}
      />
      {active !== undefined && active.path.length > 0 && <TreeFoot row={active} />}
    </div>
  );
}

/** Which lines are seen, and which of them the keyboard is on. */
function useTree(value: Json) {
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const [areAllOpen, setAllOpen] = useState(false);
  const [activeId, setActiveId] = useState('[]');
  const rows = useMemo(() => treeRows(value, turned, areAllOpen), [value, turned, areAllOpen]);
  const found = rows.findIndex((row) => row.id === activeId);
  const at = Math.max(0, found);
  const turn = (row: TreeRow): void => {
    const changed = new Set(turned);
    if (!changed.delete(row.id)) changed.add(row.id);
    setTurned(changed);
  };
  const turnAll = (): void => {
    setTurned(new Set());
    setAllOpen(!areAllOpen);
  };
  return { rows, at, found, active: rows[at], turn, setActiveId, areAllOpen, turnAll };
}

/** Where the active value is, to be copied as a mapping writes it. */
function TreeFoot({ row: { path, value } }: { readonly row: TreeRow }) {
  const text = pathText(path);
  return (
    <div class="tree-foot line apart">
      <span class="cut">{visibleText(text)}</span>
      <span class="line">
        <Copy text={text} label="Path" isLabelled />
        <Copy
          text={() => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))}
          label="Value"
          isLabelled
        />
      </span>
    </div>
  );
}

interface Place {
  readonly rows: readonly TreeRow[];
  readonly at: number;
  readonly active: TreeRow;
}

/** What a key does in a tree: the row to go to, or what becomes of the one it is on. */
function stepFor(key: string, { rows, at, active }: Place): number | 'turn' | 'pick' | undefined {
  const pageRows = 15;
  const last = rows.length - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, at + 1);
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'PageDown':
      return Math.min(last, at + pageRows);
    case 'PageUp':
      return Math.max(0, at - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowRight':
      return active.isOpen || active.size === 0 ? Math.min(last, at + 1) : 'turn';
    case 'ArrowLeft':
      return active.isOpen ? 'turn' : parentOf(rows, at);
    case 'Enter':
    case ' ':
      return 'pick';
  }
  return undefined;
}

function parentOf(rows: readonly TreeRow[], at: number): number {
  const depth = rows[at]?.depth ?? 0;
  const above = rows.slice(0, at).findLastIndex((row) => row.depth < depth);
  return Math.max(0, above);
}

interface TreeLineProps {
  readonly id: string;
  readonly row: TreeRow;
  readonly isActive: boolean;
  readonly isMarked: boolean;
  readonly onTurn: () => void;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}

function TreeLine({ id, row, isActive, isMarked, onTurn, onPoint, onChoose }: TreeLineProps) {
  const { key, value, depth, size, isOpen, position, siblings } = row;
  const opens = size > 0;
  return (
    // The keyboard is the tree's own: it moves which line is active.
    <div
      id={id}
      role="treeitem"
      tabIndex={-1}
      class="tree-row"
      aria-level={depth + 1}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={isActive}
      {...(opens ? { 'aria-expanded': isOpen } : {})}
      {...(isActive ? { 'data-active': '' } : {})}
      {...(isMarked ? { 'data-marked': '' } : {})}
      style={{ paddingLeft: `${0.5 + Math.min(depth, indentDepthMax) * indentRem}rem` }}
      onClick={onChoose}
      onDblClick={opens ? onTurn : undefined}
      onMouseEnter={onPoint}
      onKeyDown={undefined}
    >
      <span class="twist" aria-hidden="true" onClick={opens ? onTurn : undefined}>
        {opens ? (isOpen ? '▾' : '▸') : ''}
      </span>
      {depth > indentDepthMax && <span class="depth">{depth}</span>}
      {key !== null && (
        <span class="tree-key">
          {visibleText(String(key))}
          <span class="muted">:</span>
        </span>
      )}
      <span class="tree-value" data-type={typeOf(value)}>
        {visibleText(valueText(value))}
      </span>
    </div>
  );
}
