import { setTimeout as pause } from 'node:timers/promises';
import { FolderWatch } from '../mapping/watch.ts';
import { clearScreen, print, style } from './output.ts';
import { stopSignal } from './stop-signal.ts';

/** How often the folder is looked at where the file system tells of nothing, in milliseconds. */
const lookEveryMs = 300;

/**
 * Runs now and again whenever a file of the mappings folder has changed and stands still, until Ctrl-C. `run` gives the
 * fixtures to follow too; Ctrl-C interrupts it through the signal.
 */
export async function rerunOnChange(
  folder: string,
  run: (signal: AbortSignal) => Promise<readonly string[]>,
): Promise<void> {
  const watch = new FolderWatch(folder);
  const stopping = new AbortController();
  const stopped = stopSignal().then(() => stopping.abort());
  let wake = (): void => undefined;
  await watch.start(() => wake());
  for (let isFirst = true; !stopping.signal.aborted; isFirst = false) {
    const { due } = await watch.look(performance.now());
    if (due.length > 0 || isFirst) {
      watch.dealtWith(due);
      clearScreen();
      await watch.follow(new Set(await interrupted(run(stopping.signal), stopping.signal)));
      print(style('dim', `\nwatching ${folder}; stop with Ctrl-C`));
    }
    const changed = new Promise<void>((resolve) => (wake = resolve));
    await Promise.race([changed, stopped, pause(lookEveryMs)]);
  }
  await watch.stop();
}

/** What was interrupted has failed, and nobody waits for why. */
const interrupted = (running: Promise<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> =>
  running.catch((error: unknown) => (signal.aborted ? [] : Promise.reject(error)));
