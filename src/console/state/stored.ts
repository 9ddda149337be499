/** What this browser remembers for its user. Where it may not remember anything, things hold as long as the page. */
export function stored(key: string): string | null {
  try {
    return localStorage.getItem(`hookstitch.${key}`);
  } catch {
    // Storage can be switched off altogether.
    return null;
  }
}

export function store(key: string, value: string): void {
  try {
    localStorage.setItem(`hookstitch.${key}`, value);
  } catch {
    // Full, or switched off: nothing that is worth telling anyone.
  }
}
