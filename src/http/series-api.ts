import { Router } from 'express';
import { z } from 'zod';
import { addMs, type Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import { type SeriesStep, seriesSteps, stepsMs } from '../model/series.ts';
import { seriesJson, stepsIn } from '../pipeline/series-json.ts';
import type { SeriesRange, Store } from '../store/store.ts';
import { queryOf, time } from './query.ts';
import { sendJson } from './send-json.ts';

export interface SeriesDependencies {
  readonly store: Pick<Store, 'series'>;
  readonly clock: Clock;
}

const query = z.strictObject({
  since: time.optional(),
  until: time.optional(),
  step: z.enum(seriesSteps).optional(),
  source: z.string().optional(),
  destination: z.string().optional(),
});

/** As many as a chart can show. */
const stepsMax = 1_500;

/** Without a step, that which makes a readable chart of so long a time. */
function stepFor(ms: number): SeriesStep {
  if (ms <= 6 * stepsMs.hour) return 'minute';
  return ms <= 14 * stepsMs.day ? 'hour' : 'day';
}

/** `GET /series`: how many events, rejections and deliveries there were when, and how long they took. */
export function seriesRouter({ store, clock }: SeriesDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });

  router.get('/series', async (request, response) => {
    const { source, destination, ...asked } = queryOf(request, query);
    const range = rangeOf(asked, clock.now());
    const points = (await store.series(range)).filter(({ kind, name }) =>
      kind === 'delivery' || kind === 'latency'
        ? destination === undefined || name === destination
        : source === undefined || name === source,
    );
    sendJson(response, 200, seriesJson(range, points));
  });

  return router;
}

function rangeOf(asked: Pick<z.output<typeof query>, keyof SeriesRange>, now: Date): SeriesRange {
  const { until = now } = asked;
  const { since = addMs(until, -stepsMs.day) } = asked;
  const { step = stepFor(until.getTime() - since.getTime()) } = asked;
  const range = { since, until, step };
  if (stepsIn(range) <= stepsMax) return range;
  throw new GatewayError('REQUEST_INVALID', `that are ${stepsIn(range)} steps, and ${stepsMax} at most are told`, {
    hint: 'Ask for a shorter time, or for a longer step.',
  });
}
