import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ErrorBoundary, LocationProvider, lazy, Route, Router, useLocation } from 'preact-iso';
import { refreshSession } from '../api/live.ts';
import { type ApiProblem, asProblem } from '../api/problem.ts';
import { session } from '../api/session.ts';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { Empty, ProblemState } from '../ui/states.tsx';
import { Toasts } from '../ui/toasts.tsx';
import type { ViewProps } from '../view.ts';
import { views } from '../views.ts';
import { Boundary } from './boundary.tsx';
import { Shell } from './shell.tsx';

const routes = views.map(({ path, load }) => ({
  path,
  component: lazy(load as () => Promise<ComponentType<ViewProps>>),
}));
const Login = lazy(async () => (await import('../views/login/login.tsx')).Login);
const Setup = lazy(async () => (await import('../views/login/setup.tsx')).Setup);

export function App() {
  return (
    <LocationProvider>
      <Boundary>
        <ErrorBoundary>
          <Entrance />
        </ErrorBoundary>
      </Boundary>
      <ConfirmDialog />
      <Toasts />
    </LocationProvider>
  );
}

const isSetupLink = (): boolean =>
  location.pathname === '/setup' && new URLSearchParams(location.search).get('token') !== null;

/** The views for who is let in; for others the page that lets them in, under the address that they wanted. */
function Entrance() {
  const [problem, setProblem] = useState<ApiProblem>();
  const ask = (): void => {
    setProblem(undefined);
    refreshSession().catch((error: unknown) => setProblem(asProblem(error)));
  };
  useEffect(ask, []);
  const [hasLink, setHasLink] = useState(isSetupLink);
  // It sets another password too, also for who is logged in.
  if (hasLink && session.value.status !== 'unknown') return <Setup onDone={() => setHasLink(false)} />;
  switch (session.value.status) {
    case 'open':
      return <Opened />;
    case 'login_needed':
      return <Login />;
    case 'setup_needed':
      return <Setup />;
    case 'unknown':
      return problem === undefined ? null : <ProblemState problem={problem} retry={ask} />;
  }
}

function Opened() {
  const { path, route } = useLocation();
  const isEntrance = path === '/login' || path === '/setup';
  useEffect(() => {
    if (isEntrance) route('/', true);
  }, [isEntrance, route]);
  return (
    <Shell>
      <Boundary key={path}>
        <Router>
          {routes.map(({ path: own, component }) => (
            <Route key={own} path={own} component={component} />
          ))}
          <Route default component={NoView} />
        </Router>
      </Boundary>
    </Shell>
  );
}

function NoView() {
  return (
    <>
      <PageHeader title="No such page" />
      <Empty icon="search" title="Nothing is at this address">
        <p>It may be mistyped, or of another version of hookstitch.</p>
        <a class="button" href="/">
          Home
        </a>
      </Empty>
    </>
  );
}
