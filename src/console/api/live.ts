import { signal } from '@preact/signals';
import { api } from './client.ts';
import { type Session, session } from './session.ts';

/** What can change on the server while somebody looks at it. */
export const topics = ['events', 'deliveries', 'lanes', 'replays', 'configuration'] as const;
export type Topic = (typeof topics)[number];

/** `live`: the gateway tells us; `polling`: we ask every few seconds; `off`: the page is hidden or nobody is logged in. */
export const liveState = signal<'live' | 'polling' | 'off'>('off');

interface Listener {
  readonly topics: readonly Topic[];
  readonly changed: () => void;
}

const listeners = new Set<Listener>();

/** However much happens, a view asks again at most this often. */
const calmMs = 1_000;
const pollMs = 5_000;
const reconnectMs = 10_000;

/** Calls `changed` whenever something of these topics may have changed; returns what stops it. */
export function onChange(wanted: readonly Topic[], changed: () => void): () => void {
  const listener = { topics: wanted, changed };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const waiting = new Set<Topic>();
let _calm: ReturnType<typeof setTimeout> | undefined;

/** Says that something changed; also for what this page did itself. */
export function tellChanged(...changed: readonly Topic[]): void {
  for (const topic of changed) waiting.add(topic);
  _calm ??= setTimeout(() => {
    _calm = undefined;
    const told = new Set(waiting);
    waiting.clear();
    for (const listener of [...listeners]) if (listener.topics.some((topic) => told.has(topic))) listener.changed();
  }, calmMs);
}

/** Keeps the page up to date for as long as it is seen: by the gateway's stream, and by asking where that does not work. */
export function keepLive(): () => void {
  let stream: EventSource | undefined;
  let poll: ReturnType<typeof setInterval> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;

  const stop = (): void => {
    stream?.close();
    stream = undefined;
    clearInterval(poll);
    poll = undefined;
    clearTimeout(again);
    liveState.value = 'off';
  };
  const startPolling = (): void => {
    poll ??= setInterval(() => tellChanged(...topics), pollMs);
    liveState.value = 'polling';
  };
  const start = (): void => {
    if (stream !== undefined || document.hidden || session.value.status !== 'open') return;
    const opened = new EventSource('/api/stream');
    stream = opened;
    opened.addEventListener('open', () => {
      clearInterval(poll);
      poll = undefined;
      liveState.value = 'live';
      // The stream tells what happens from now on, and the views have looked before.
      tellChanged(...topics);
    });
    opened.addEventListener('change', ({ data }) => tellChanged(...topicsIn(String(data))));
    opened.addEventListener('end', () => {
      stop();
      void refreshSession();
    });
    opened.addEventListener('error', () => {
      startPolling();
      if (opened.readyState !== EventSource.CLOSED) return;
      stream = undefined;
      again = setTimeout(start, reconnectMs);
    });
  };
  const seen = (): void => {
    if (document.hidden) return stop();
    start();
    // Whatever happened while nobody looked.
    tellChanged(...topics);
  };
  const leave = session.subscribe(({ status }) => (status === 'open' ? start() : stop()));
  document.addEventListener('visibilitychange', seen);
  return () => {
    leave();
    document.removeEventListener('visibilitychange', seen);
    stop();
  };
}

function topicsIn(data: string): readonly Topic[] {
  try {
    const told = JSON.parse(data) as { readonly topics?: readonly string[] };
    return topics.filter((topic) => told.topics?.includes(topic));
  } catch {
    // A newer gateway may say it in another way: then anything may have changed.
    return topics;
  }
}

/** Asks who we are; what the gateway does not answer leaves things as they are. */
export async function refreshSession(): Promise<void> {
  session.value = await api<Session>('/session');
}
