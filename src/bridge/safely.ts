/** Whatever is odd about a page, it never hears of us. */
export function safely(work: () => void): void {
  try {
    work();
  } catch {
    // Without the id the event goes to the user alone.
  }
}
