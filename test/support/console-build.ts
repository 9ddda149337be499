/** Before the first test: the console that a gateway serves is the one of these sources. */
export async function setup(): Promise<void> {
  await import('../../build/console-when-stale.ts');
}
