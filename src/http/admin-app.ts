import type { RequestListener } from 'node:http';
import type { Log } from '../log.ts';
import type { Doorkeeper } from './access/doorkeeper.ts';
import { type KnownHosts, requireKnownHost } from './access/hosts.ts';
import { limitLogins } from './access/login-limit.ts';
import { maskPersonalData } from './access/personal-data.ts';
import { type AdminProxy, isProxyAddress } from './access/proxy.ts';
import { passwordRouter, sessionRouter } from './access/session-api.ts';
import { type ApiDependencies, apiRouter } from './api.ts';
import { createApp } from './app.ts';
import { requireVisitor } from './auth.ts';
import { type AuthoringDependencies, authoringRouter } from './authoring-api.ts';
import { type BodyDependencies, bodyRouter } from './body-api.ts';
import { consolePages } from './console.ts';
import { type EventDependencies, eventRouter } from './event-api.ts';
import { type EventsDependencies, eventsRouter } from './events-api.ts';
import { type LaneDependencies, lanesRouter } from './lanes-api.ts';
import { type MappingFileDependencies, mappingFilesRouter } from './mapping-files-api.ts';
import type { Metrics } from './metrics.ts';
import { type PeopleDependencies, peopleRouter } from './people-api.ts';
import { type PreviewDependencies, previewRouter } from './preview-api.ts';
import { type ReadinessDependencies, readiness } from './readiness.ts';
import { type RepairDependencies, repairRouter } from './repair-api.ts';
import { type ReplaysDependencies, replaysRouter } from './replays-api.ts';
import { type ResolveDependencies, resolveRouter } from './resolve-api.ts';
import { securityHeaders } from './security-headers.ts';
import { type SeriesDependencies, seriesRouter } from './series-api.ts';
import { type SettingsDependencies, settingsRouter } from './settings-api.ts';
import { type SetupDependencies, setupRouter } from './setup-api.ts';
import { type StreamDependencies, streamRouter } from './stream-api.ts';

export interface AdminDependencies
  extends Omit<ApiDependencies, 'store'>,
    Omit<EventDependencies, 'store' | 'destinations'>,
    Omit<SetupDependencies, 'store' | 'metrics' | 'files'>,
    Omit<SettingsDependencies, 'store' | 'metrics'>,
    Omit<LaneDependencies, 'store' | 'file'>,
    Omit<RepairDependencies, 'store' | 'file'>,
    Omit<ReplaysDependencies, 'store' | 'file'>,
    Omit<PreviewDependencies, 'store'>,
    Omit<AuthoringDependencies, 'store' | 'file' | 'mappings' | 'files'>,
    Omit<MappingFileDependencies, 'files'>,
    Omit<StreamDependencies, 'store'>,
    Omit<ReadinessDependencies, 'store'> {
  readonly store: ApiDependencies['store'] &
    EventDependencies['store'] &
    LaneDependencies['store'] &
    SetupDependencies['store'] &
    SettingsDependencies['store'] &
    PeopleDependencies['store'] &
    PreviewDependencies['store'] &
    AuthoringDependencies['store'] &
    ReadinessDependencies['store'] &
    RepairDependencies['store'] &
    ReplaysDependencies['store'] &
    ResolveDependencies['store'] &
    SeriesDependencies['store'] &
    BodyDependencies['store'] &
    EventsDependencies['store'] &
    StreamDependencies['store'];
  readonly files: MappingFileDependencies['files'] & SetupDependencies['files'];
  readonly token: string;
  readonly doorkeeper: Doorkeeper;
  readonly hosts: KnownHosts;
  readonly proxy: AdminProxy | undefined;
  readonly setupUrl: (secret: string) => string;
  readonly metrics: Pick<Metrics, 'text' | 'contentType' | 'requests' | 'lastSecretUse'>;
  readonly log: Log;
  /** Where the build has left the console; default: beside this code. */
  readonly consoleFolder?: string;
}

/**
 * The operator's side: the console, which is for everybody and shows nothing by itself, and behind a token or a session on any
 * address `/api/*`, `/metrics` and a `/readyz` that names files.
 */
export function adminApp(dependencies: AdminDependencies): RequestListener {
  const { clock, metrics, log, hosts, proxy } = dependencies;
  const limited = limitLogins(clock);
  return createApp(log, 'operator', {
    others: (app) => {
      app.set('trust proxy', (address: string) => proxy !== undefined && isProxyAddress(proxy, address));
      app.use(securityHeaders());
      app.use((request, _response, next) => {
        // Who knows the token may call the gateway what they like; no web page does.
        if (request.headers.authorization === undefined) requireKnownHost(request, hosts);
        next();
      });
      app.use(consolePages(dependencies.consoleFolder));
      app.use('/api', sessionRouter({ ...dependencies, limited }));
      app.use(requireVisitor(dependencies));
      app.use(maskPersonalData(log));
      app.use('/api', passwordRouter({ ...dependencies, limited }));
      app.use('/api', apiRouter(dependencies));
      app.use('/api', eventRouter({ ...dependencies, destinations: dependencies.file.destinations }));
      app.use('/api', eventsRouter(dependencies));
      app.use('/api', setupRouter(dependencies));
      app.use('/api', settingsRouter(dependencies));
      app.use('/api', lanesRouter(dependencies));
      app.use('/api', repairRouter(dependencies));
      app.use('/api', replaysRouter(dependencies));
      app.use('/api', previewRouter(dependencies));
      app.use('/api', mappingFilesRouter(dependencies));
      app.use('/api', authoringRouter(dependencies));
      app.use('/api', resolveRouter(dependencies));
      app.use('/api', bodyRouter(dependencies));
      app.use('/api', streamRouter(dependencies));
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
