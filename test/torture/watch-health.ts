import { setTimeout as pause } from 'node:timers/promises';

/** Asks for `path` over and over; how long each answer took, in milliseconds. An answer that fails counts as endless. */
export function watchHealth(url: string, path = '/healthz'): { stop(): Promise<readonly number[]> } {
  let isWatching = true;
  const samples: number[] = [];
  const watching = (async () => {
    while (isWatching) {
      const startedMs = performance.now();
      samples.push((await isAnswered(`${url}${path}`)) ? performance.now() - startedMs : Number.MAX_SAFE_INTEGER);
      await pause(5);
    }
  })();
  return {
    stop: async () => {
      isWatching = false;
      await watching;
      return samples;
    },
  };
}

async function isAnswered(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
