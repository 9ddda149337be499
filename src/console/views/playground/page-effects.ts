import { useEffect } from 'preact/hooks';
import type { ApiMappings } from '../../../api-shapes/playground.ts';
import type { ApiEvent } from '../../../api-shapes/stored.ts';
import { matches } from './use-subject.ts';

/** Three panes beside each other need all of the width. */
export function useWideView(): void {
  useEffect(() => {
    const view = document.getElementById('view');
    view?.classList.add('wide');
    return () => view?.classList.remove('wide');
  }, []);
}

/** The browser asks before a tab is closed with what is typed and not saved. */
export function useUnsavedWarning(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isChanged]);
}

interface Choice {
  readonly file: string;
  readonly mappings: ApiMappings | undefined;
  readonly event: ApiEvent | undefined;
  /** The event of the address, whether it is there yet or not. */
  readonly eventId: string;
  readonly isCreating: boolean;
  readonly choose: (file: string) => void;
}

/** Where the address names none: the mapping for the event, else the first there is. */
export function useChosenMapping({ file, mappings, event, eventId, isCreating, choose }: Choice): void {
  useEffect(() => {
    if (file !== '' || isCreating || mappings === undefined || (eventId !== '' && event === undefined)) return;
    const { items } = mappings;
    const fitting = items.find(
      ({ source, events }) =>
        event !== undefined && source === event.source && events.some((pattern) => matches(pattern, event.type)),
    );
    const found = fitting ?? (event === undefined ? items[0] : items.find(({ source }) => source === event.source));
    if (found !== undefined) choose(found.file);
  }, [file, mappings, event, eventId, isCreating]);
}
