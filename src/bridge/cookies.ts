/** The first value that is not empty, decoded: where several paths set the cookie, the nearest one comes first. */
export function cookieNamed(name: string): string {
  const start = `${name}=`;
  const values = all()
    .split('; ')
    .filter((pair) => pair.startsWith(start))
    .map((pair) => decoded(pair.slice(start.length)));
  return values.find(Boolean) ?? '';
}

function all(): string {
  try {
    return document.cookie;
  } catch {
    // In a sandboxed frame.
    return '';
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Written without encoding by a script that has a "%" in its ids.
    return text;
  }
}

/** For this session: the next page writes it anew. */
export const writeCookie = (name: string, text: string): void => setCookie(`${name}=${text}`);

export const removeCookie = (name: string): void => setCookie(`${name}=; Max-Age=0`);

function setCookie(text: string): void {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is younger than the browsers we serve
  document.cookie = `${text}; Path=/; SameSite=Lax${secure}`;
}
