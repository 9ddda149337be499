import type { ComponentType } from 'preact';
import type { IconName } from './ui/icon.tsx';

/** What every view is given of its address. */
export interface ViewProps {
  /** The named parts of its path, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

export interface View {
  /** As in `/events/:id`. */
  readonly path: string;
  /** Loaded when it is first opened. */
  readonly load: () => Promise<ComponentType<ViewProps>>;
  /** Where it stands in the navigation; what is reached from another view has none. */
  readonly nav?: { readonly title: string; readonly icon: IconName /** Pressed after `g`. */; readonly key: string };
}
