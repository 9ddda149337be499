import { cookieNamed } from './cookies.ts';
import type { Settings } from './settings.ts';

/** One line of text: no id of any tool is longer, and what is longer is no id. */
const idPattern = /^\P{Cc}{1,200}$/u;
const segmentKey = 'ajs_anonymous_id';

/** The id that the analytics script gave this browser; undefined while there is none. */
export function visitorId({ cookies, segment }: Settings): string | undefined {
  const found = [
    ...cookies.map(cookieNamed),
    ...(segment ? [cookieNamed(segmentKey), stored(segmentKey)].map(unquoted) : []),
  ];
  return found.map((id) => id.trim()).find((id) => idPattern.test(id));
}

function stored(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    // The visitor allows no storage.
    return '';
  }
}

/** Segment keeps the id as JSON in the local storage, and did in the cookie: with its quotes. */
const unquoted = (text: string): string => text.replace(/^"(.*)"$/, '$1');
