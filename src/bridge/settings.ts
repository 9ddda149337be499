/** What the script tag says. The file is the same for every site, so browsers and proxies can keep it; the tag differs. */
export interface Settings {
  /** Cookies that may hold the visitor's id, by their exact names. */
  readonly cookies: readonly string[];
  /** Segment's own place, the cookie or the local storage, and its own way of quoting. */
  readonly segment: boolean;
  /** The name of the form field, and so of the HubSpot property. */
  readonly field: string;
  /** Hosts whose links are payment links. */
  readonly stripeDomains: readonly string[];
  /** A cookie of our own for CallRail's Custom Cookie Capture. */
  readonly callrailCookie: string | undefined;
  /** Nothing is read or written before the visitor agrees. */
  readonly waits: boolean;
}

const paymentLinkHosts = ['buy.stripe.com', 'book.stripe.com', 'donate.stripe.com'];
const hostName = /^[a-z\d]([a-z\d.-]*[a-z\d])?$/;
/** What RFC 6265 calls a token. */
const cookieName = /^[\w!#$%&'*+.^`|~-]+$/;

export function readSettings(tag: HTMLElement): Settings {
  const { usermavenKey, segment, cookie, field, stripeDomains, callrail, consent } = tag.dataset;
  const cookies = [usermavenKey ? `__eventn_id_${usermavenKey.trim()}` : '', cookie?.trim() ?? ''].filter(Boolean);
  // The cookie we write must never be one that the id is read from.
  const own = callrail !== undefined && cookieName.test(callrail) && !cookies.includes(callrail) ? callrail : undefined;
  return {
    cookies,
    segment: segment !== undefined,
    field: field || 'usermaven_anonymous_id',
    stripeDomains: [...paymentLinkHosts, ...(stripeDomains ?? '').toLowerCase().split(/[\s,]+/)].filter((host) =>
      hostName.test(host),
    ),
    callrailCookie: own === 'ajs_anonymous_id' ? undefined : own,
    waits: consent !== undefined,
  };
}
