import type { RequestListener } from 'node:http';
import type { Log } from '../log.ts';
import { type ApiDependencies, apiRouter } from './api.ts';
import { createApp } from './app.ts';
import { requireToken } from './auth.ts';
import { type EventsDependencies, eventsRouter } from './events-api.ts';
import { type LaneDependencies, lanesRouter } from './lanes-api.ts';
import type { Metrics } from './metrics.ts';
import { type PeopleDependencies, peopleRouter } from './people-api.ts';
import { type PreviewDependencies, previewRouter } from './preview-api.ts';
import { type ReadinessDependencies, readiness } from './readiness.ts';
import { type RepairDependencies, repairRouter } from './repair-api.ts';
import { type ReplaysDependencies, replaysRouter } from './replays-api.ts';
import { type ResolveDependencies, resolveRouter } from './resolve-api.ts';
import { type SeriesDependencies, seriesRouter } from './series-api.ts';
import { type SetupDependencies, setupRouter } from './setup-api.ts';

export interface AdminDependencies
  extends Omit<ApiDependencies, 'store'>,
    Omit<SetupDependencies, 'store'>,
    Omit<LaneDependencies, 'store' | 'file'>,
    Omit<RepairDependencies, 'store' | 'file'>,
    Omit<ReplaysDependencies, 'store' | 'file'>,
    Omit<PreviewDependencies, 'store'>,
    Omit<ReadinessDependencies, 'store'> {
  readonly store: ApiDependencies['store'] &
    LaneDependencies['store'] &
    SetupDependencies['store'] &
    PeopleDependencies['store'] &
    PreviewDependencies['store'] &
    ReadinessDependencies['store'] &
    RepairDependencies['store'] &
    ReplaysDependencies['store'] &
    ResolveDependencies['store'] &
    SeriesDependencies['store'] &
    EventsDependencies['store'];
  readonly token: string;
  readonly metrics: Pick<Metrics, 'text' | 'contentType' | 'requests'>;
  readonly log: Log;
}

/** The operator's side: `/api/*`, `/metrics` and a `/readyz` that names files, behind the bearer token on any address. */
export function adminApp(dependencies: AdminDependencies): RequestListener {
  const { token, clock, metrics, log } = dependencies;
  return createApp(log, 'operator', {
    others: (app) => {
      app.use(requireToken(token, clock));
      app.use('/api', apiRouter(dependencies));
      app.use('/api', eventsRouter(dependencies));
      app.use('/api', setupRouter(dependencies));
      app.use('/api', lanesRouter(dependencies));
      app.use('/api', repairRouter(dependencies));
      app.use('/api', replaysRouter(dependencies));
      app.use('/api', previewRouter(dependencies));
      app.use('/api', resolveRouter(dependencies));
      app.use('/api', seriesRouter(dependencies));
      app.get('/readyz', readiness(dependencies, 'operator'));
      app.use('/api', peopleRouter(dependencies));
      app.get('/metrics', async (_request, response) => {
        const text = await metrics.text();
        response.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' });
        response.end(text);
      });
    },
  });
}
