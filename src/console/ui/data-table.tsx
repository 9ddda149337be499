import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useShortcuts } from '../state/shortcuts.ts';

export interface Column<R> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: R) => ComponentChildren;
  /** Numbers stand at the end of their column. */
  readonly isNumber?: boolean;
  /** Said before the value on narrow screens, where there is no head above it. */
  readonly isLabelled?: boolean;
}

interface DataTableProps<R> {
  /** What the rows are, for those who do not see the heading above. */
  readonly caption: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly rowKey: (row: R) => string;
  /** Where a row leads; its first cell becomes the link, and a click anywhere on the row follows it. */
  readonly rowHref?: (row: R) => string;
  /** Whether `j` and `k` move through the rows: in the main table of a view, and in no other. */
  readonly isMain?: boolean;
}

const moving = (way: string): string => `go to the ${way} row`;

/** A real table; `j`, `k` and the arrow keys move the focus along the rows' links, Enter opens. */
export function DataTable<R>({ caption, columns, rows, rowKey, rowHref, isMain = false }: DataTableProps<R>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { route } = useLocation();
  const move = (step: number): void => {
    const links = [...(body.current?.querySelectorAll<HTMLElement>('.row-link') ?? [])];
    const at = links.findIndex((link) => link.matches(':focus'));
    const to = at === -1 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
    links[to]?.focus();
    links[to]?.closest('tr')?.scrollIntoView({ block: 'nearest' });
  };
  useShortcuts(
    isMain && rowHref !== undefined
      ? [
          { keys: 'j', does: moving('next'), run: () => move(1) },
          { keys: 'k', does: moving('previous'), run: () => move(-1) },
        ]
      : [],
  );
  const arrows = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isOnLink = event.target instanceof Element && event.target.classList.contains('row-link');
    if (step === undefined || !isOnLink) return;
    event.preventDefault();
    move(step);
  };
  const clicked = (event: MouseEvent, href: string): void => {
    const isOnOther =
      event.target instanceof Element && event.target.closest('a, button, input, select, label') !== null;
    // Selecting text of a row is not opening it.
    if (isOnOther || getSelection()?.isCollapsed === false) return;
    if (event.ctrlKey || event.metaKey) open(href, '_blank', 'noopener');
    else route(href);
  };
  return (
    <div class="table-scroll">
      <table class="table stacks">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, title, isNumber }) => (
              <th key={key} scope="col" class={isNumber === true ? 'end' : ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={arrows}>
          {rows.map((row) => {
            const href = rowHref?.(row);
            const opens =
              href === undefined ? {} : { 'data-opens': '', onClick: (event: MouseEvent) => clicked(event, href) };
            return (
              <tr key={rowKey(row)} {...opens}>
                {columns.map(({ key, title, cell, isNumber, isLabelled }, index) => (
                  <td
                    key={key}
                    class={isNumber === true ? 'end' : ''}
                    {...(isLabelled === true ? { 'data-label': title } : {})}
                  >
                    {index === 0 && href !== undefined ? (
                      <a class="row-link" href={href}>
                        {cell(row)}
                      </a>
                    ) : (
                      cell(row)
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
