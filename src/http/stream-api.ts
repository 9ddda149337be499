import type { ServerResponse } from 'node:http';
import { Router } from 'express';
import type { Doorkeeper } from './access/doorkeeper.ts';
import { visitorOf } from './access/visitor.ts';
import { type ChangeSources, ChangeWatch, changedTopics } from './change-watch.ts';

export interface StreamDependencies extends ChangeSources {
  /** Aborted when the gateway stops: nobody should have to wait for those who listen. */
  readonly ending: AbortSignal;
  readonly doorkeeper: Pick<Doorkeeper, 'isLive'>;
}

/** Each is a console that somebody has open; beyond that the oldest has to come again. */
const streamsMax = 100;

/** A browser that has lost its stream tries again after this. */
const reconnectMs = 2_000;

/** A proxy cuts what is silent for a minute. */
const silenceMaxMs = 20_000;

/**
 * `GET /stream`: server-sent events that say which topics have changed, for whoever shows them to ask again. A
 * message's id is how everything stood, so that after a break the first one tells what was missed.
 */
export function streamRouter({ ending, doorkeeper, ...sources }: StreamDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const watch = new ChangeWatch(sources);
  const open = new Set<Stream>();
  ending.addEventListener('abort', () => {
    for (const stream of open) stream.end();
  });

  router.get('/stream', async (request, response) => {
    const standing = await watch.standing();
    // Whoever has left meanwhile would never be heard to leave.
    if (response.closed) return;
    const stream = new Stream(response);
    open.add(stream);
    const [oldest] = open;
    if (open.size > streamsMax) oldest?.end();
    stream.begin(request.get('Last-Event-ID') ?? standing, standing);
    const visitor = visitorOf(request);
    const leave = watch.listen(async (now) => {
      // Listening is no use of a session, and goes on no longer than it does.
      if (visitor.by === 'password' && !(await doorkeeper.isLive(visitor.session))) stream.end('end');
      else stream.tell(now);
    });
    response.once('close', () => {
      leave();
      open.delete(stream);
    });
    if (ending.aborted) stream.end();
  });

  return router;
}

class Stream {
  readonly #response: ServerResponse;
  readonly #silence: NodeJS.Timeout;
  #told = '';

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would keep the messages until there are many.
      'X-Accel-Buffering': 'no',
    });
    response.write(`retry: ${reconnectMs}\n\n`);
    this.#silence = setInterval(() => response.write(':\n\n'), silenceMaxMs);
    response.once('close', () => clearInterval(this.#silence));
  }

  /** `seen` is how everything stood when it was told last, which a browser brings back after a break. */
  begin(seen: string, standing: string): void {
    this.#told = seen;
    if (seen === standing) this.#response.write(`id: ${standing}\n\n`);
    else this.tell(standing);
  }

  /** Nothing where nothing has changed. */
  tell(standing: string): void {
    const topics = changedTopics(this.#told, standing);
    // One that does not read is told of everything at once when it reads again.
    if (topics.length === 0 || this.#response.writableNeedDrain || this.#response.writableEnded) return;
    this.#told = standing;
    this.#response.write(`event: change\nid: ${standing}\ndata: ${JSON.stringify({ topics })}\n\n`);
    this.#silence.refresh();
  }

  /** With a last word where the browser is not to try again. */
  end(word?: 'end'): void {
    // What does not read has its answer open until it does, and nothing can be written behind the end.
    clearInterval(this.#silence);
    this.#response.end(word && `event: ${word}\ndata: {}\n\n`);
  }
}
