import type { Place } from './places.ts';
import { safely } from './safely.ts';

/** What we wrote. Everything else that is found in a place belongs to the page or the visitor, and stays. */
const written = new WeakMap<Element, string>();

export function carry(page: Document, places: readonly Place[], id: string): void {
  each(page, places, (element, place) => {
    const text = place.carried(id);
    const own = written.get(element);
    const now = place.read(element);
    if (text === '' || now === text) return;
    if (now === '' ? own !== undefined && place.mayStayEmpty(element) : now !== own) return;
    place.write(element, text);
    written.set(element, text);
  });
}

export function takeBack(page: Document, places: readonly Place[]): void {
  each(page, places, (element, place) => {
    const own = written.get(element);
    if (own === undefined) return;
    written.delete(element);
    if (place.read(element) === own) place.write(element, '');
  });
}

function each(page: Document, places: readonly Place[], visit: (element: Element, place: Place) => void): void {
  for (const place of places)
    for (const element of page.querySelectorAll(place.selector)) {
      // One odd element must not keep the id from the others.
      safely(() => visit(element, place));
    }
}
