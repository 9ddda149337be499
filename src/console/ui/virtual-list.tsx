import type { ComponentChildren, HTMLAttributes } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface VirtualListProps {
  readonly count: number;
  readonly render: (index: number) => ComponentChildren;
  /** Rows that are seen at once, at most. */
  readonly rowsShown?: number;
  /** The row to keep in sight. */
  readonly keep?: number | undefined;
  readonly attributes?: HTMLAttributes<HTMLDivElement>;
}

/** A row's height in rem, so that it grows with the reader's font size. */
const rowRem = 1.375;
/** Beyond the edges, so that fast scrolling meets no blank. */
const spareRows = 12;

const rowPixels = (): number => rowRem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** As many rows as you like, of which only those in sight are in the page. All rows are equally high. */
export function VirtualList({ count, render, rowsShown = 20, keep, attributes = {} }: VirtualListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const height = rowPixels();
  const shown = Math.min(count, rowsShown);
  useLayoutEffect(() => {
    const element = box.current;
    if (keep === undefined || element === null) return;
    const top = keep * height;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + shown * height) element.scrollTop = top + height - shown * height;
  }, [keep, height, shown]);
  const from = Math.max(0, Math.min(first, count - shown) - spareRows);
  const to = Math.min(count, first + shown + spareRows);
  return (
    <div
      {...attributes}
      ref={box}
      class="virtual"
      style={{ height: `${shown * height + 2}px` }}
      onScroll={({ currentTarget }) => setFirst(Math.floor(currentTarget.scrollTop / height))}
    >
      <div class="virtual-space" style={{ height: `${count * height}px` }}>
        <div class="virtual-window" style={{ transform: `translateY(${from * height}px)`, lineHeight: `${height}px` }}>
          {Array.from({ length: to - from }, (_, index) => render(from + index))}
        </div>
      </div>
    </div>
  );
}
