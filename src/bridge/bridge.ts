/** The bridge: carries the visitor's id from the analytics cookie to the places whose webhooks the gateway receives. */
import { carry, takeBack } from './carry.ts';
import { cookieNamed, removeCookie, writeCookie } from './cookies.ts';
import { changeHubspotFields, hubspotReady } from './hubspot-forms.ts';
import { pagesIn } from './pages.ts';
import { addFields, placesFor } from './places.ts';
import { reference } from './reference.ts';
import { safely } from './safely.ts';
import { readSettings, type Settings } from './settings.ts';
import { visitorId } from './visitor-id.ts';
import { watch } from './watch.ts';

/** What a page can use: before this script has run what docs/bridge.md lets it define, and after it this. */
interface Hookstitch {
  /** Answers that were given before. */
  readonly q?: readonly unknown[];
  readonly consent: (given: unknown) => void;
  readonly visitorId?: () => string | undefined;
}

declare global {
  interface Window {
    hookstitch?: Hookstitch;
  }
}

interface Bridge {
  consent(given: boolean): void;
  /** Undefined without consent too. */
  visitorId(): string | undefined;
  hubspotFormAppeared(): void;
}

function createBridge(settings: Settings): Bridge {
  const { field, callrailCookie } = settings;
  const places = placesFor(settings);
  let given = false;
  /** HubSpot's script is asked again only when the id changes or a form is new. */
  let toldHubspot: string | undefined;

  const idNow = (): string | undefined => (given ? visitorId(settings) : undefined);
  const tellHubspot = (id: string): void => {
    const before = toldHubspot;
    if (before === id) return;
    toldHubspot = id;
    changeHubspotFields(field, (now) => (given && (now === '' || now === before) ? id : undefined));
  };
  const writeCallrailCookie = (text: string): void => {
    if (callrailCookie && text && cookieNamed(callrailCookie) !== text) writeCookie(callrailCookie, text);
  };
  const takeAllBack = (): void => {
    for (const page of pagesIn(document)) takeBack(page, places);
  };
  const look = (): boolean => {
    if (!given) {
      // What was not on the page when consent was withdrawn, and is now.
      takeAllBack();
      return false;
    }
    const id = idNow();
    for (const page of pagesIn(document)) {
      watching.follow(page);
      if (id === undefined) continue;
      addFields(page, field);
      carry(page, places, id);
    }
    if (id === undefined) return false;
    writeCallrailCookie(reference(id));
    tellHubspot(id);
    return true;
  };
  const watching = watch(look);
  const withdraw = (): void => {
    watching.stop();
    takeAllBack();
    // Also what an earlier page has written.
    if (callrailCookie) removeCookie(callrailCookie);
    const told = toldHubspot;
    toldHubspot = undefined;
    if (told !== undefined) changeHubspotFields(field, (now) => (now === told ? '' : undefined));
  };

  return {
    consent: (answer) => {
      if (answer && given) return;
      given = answer;
      if (answer) watching.start();
      else withdraw();
    },
    visitorId: idNow,
    hubspotFormAppeared: () => {
      toldHubspot = undefined;
      look();
    },
  };
}

function start(tag: unknown): void {
  const before = window.hookstitch;
  // Only what has our function is us: an element of the page with this id would be here too.
  if (!(tag instanceof HTMLElement) || typeof before?.visitorId === 'function') return;
  const settings = readSettings(tag);
  const bridge = createBridge(settings);
  const consent = (given: unknown): void => safely(() => bridge.consent(given === true));
  window.hookstitch = { consent, visitorId: bridge.visitorId };
  window.addEventListener('hookstitch:consent', (event) => consent((event as CustomEvent<unknown>).detail), true);
  window.addEventListener(hubspotReady, () => safely(bridge.hubspotFormAppeared), true);
  if (!settings.waits) consent(true);
  if (Array.isArray(before?.q)) before.q.forEach(consent);
}

safely(() => start(document.currentScript));
