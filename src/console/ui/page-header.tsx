import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Breakable } from './breakable.tsx';
import { Icon } from './icon.tsx';

export interface PageHeaderProps {
  readonly title: string;
  /** What the browser's tab says, where the title alone would not tell one page from another. */
  readonly tab?: string;
  readonly sub?: ComponentChildren;
  readonly back?: { readonly href: string; readonly label: string } | undefined;
  /** Buttons. */
  readonly children?: ComponentChildren;
}

/** Where the keyboard goes to when a view opens; not on the first page, which the browser announces itself. */
let isFirst = true;

/** The one `h1` of a view. */
export function PageHeader({ title, tab = title, sub, back, children }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${tab} · hookstitch`;
  }, [tab]);
  useEffect(() => {
    if (!isFirst) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return (
    <header class="page-header">
      <div>
        {back !== undefined && (
          <a class="back" href={back.href}>
            <Icon name="left" />
            {back.label}
          </a>
        )}
        <h1 ref={heading} tabIndex={-1} class="break">
          <Breakable text={title} />
        </h1>
        {sub !== undefined && <div class="sub">{sub}</div>}
      </div>
      {children !== undefined && <div class="line">{children}</div>}
    </header>
  );
}
