import { safely } from './safely.ts';

/** The last moments to have a link or a form ready. */
const interactions = ['pointerdown', 'focusin', 'click', 'submit'];
const observed = { childList: true, subtree: true, attributes: true, attributeFilter: ['href', 'name'] };
/** A page that never rests is looked at this often because of its changes; after that only before interactions. */
const changesMax = 1_000;
const changeWaitMs = 100;
/** The analytics script may come later: eight tries in half a minute, each wait twice the one before. */
const firstTryMs = 250;
const lastTryMs = 16_000;

export interface Watch {
  /** Tries until a look finds an id, and then looks whenever something changes. */
  start(): void;
  /** Also again: a frame that is written anew loses its listeners and keeps its document. */
  follow(page: Document): void;
  stop(): void;
}

/** Calls `look` when there may be something new to see; it says whether there was an id. */
export function watch(look: () => boolean): Watch {
  let changesLeft = changesMax;
  let looksSoon = false;
  let nextTry: number | undefined;

  const lookSoon = (): void => {
    if (looksSoon || changesLeft === 0) return;
    looksSoon = true;
    changesLeft -= 1;
    setTimeout(() => {
      looksSoon = false;
      safely(look);
    }, changeWaitMs);
  };
  const lookNow = (): void => safely(look);
  const loaded = ({ target }: Event): void => {
    // No `instanceof`: an element of a frame is of another realm.
    if ((target as Partial<Element> | null)?.localName === 'iframe') lookSoon();
  };
  const observer = new MutationObserver(lookSoon);
  const tryAndWait = (waitMs: number): void => {
    if (look() || waitMs > lastTryMs) return;
    nextTry = setTimeout(() => safely(() => tryAndWait(waitMs * 2)), waitMs);
  };

  return {
    start: () => tryAndWait(firstTryMs),
    follow: (page) => {
      for (const type of interactions) page.addEventListener(type, lookNow, true);
      page.addEventListener('load', loaded, true);
      observer.observe(page, observed);
    },
    stop: () => {
      clearTimeout(nextTry);
      observer.disconnect();
    },
  };
}
