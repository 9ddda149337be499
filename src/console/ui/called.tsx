import type { ComponentChildren } from 'preact';
import type { ApiItems } from '../../api-shapes/configured.ts';
import type { Loaded } from '../api/use-api.ts';
import { PageHeader, type PageHeaderProps } from './page-header.tsx';
import { Answered } from './states.tsx';

interface CalledProps<T> {
  readonly name: string;
  readonly back: PageHeaderProps['back'];
  readonly of: Loaded<ApiItems<T>>;
  /** What is said where nothing is called so. */
  readonly none: ComponentChildren;
  readonly children: (found: T) => ComponentChildren;
}

/** The one of a list that the address names; its page has its own header. */
export function Called<T extends { readonly name: string }>({ name, back, of, none, children }: CalledProps<T>) {
  const found = of.data?.items.find((one) => one.name === name);
  return (
    <>
      {found === undefined && <PageHeader title={name} back={back} />}
      <Answered of={of}>{() => (found === undefined ? none : children(found))}</Answered>
    </>
  );
}
