import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { api } from '../api/client.ts';
import { liveState } from '../api/live.ts';
import { type Session, session } from '../api/session.ts';
import { areShortcutsOn, type Theme, theme, themes, timeStyle } from '../state/preferences.ts';
import { useShortcuts } from '../state/shortcuts.ts';
import { toastProblem } from '../state/toasts.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Later } from '../ui/later.tsx';
import { views } from '../views.ts';
import { Brand } from './brand.tsx';

const shortcutsDialog = () => import('./shortcuts-dialog.tsx');

/** The navigation beside every view, and what holds for all of them. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  const { path, route } = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  useShortcuts([
    { keys: '?', does: 'show the shortcuts', run: () => setHelpOpen(true) },
    ...views.flatMap(({ path: to, nav }) =>
      nav === undefined ? [] : [{ keys: `g ${nav.key}`, does: `go to ${nav.title}`, run: () => route(to) }],
    ),
  ]);
  return (
    <div class="shell">
      <a class="skip" href="#view">
        Skip to the content
      </a>
      <header class="side" {...(isOpen ? { 'data-open': '' } : {})}>
        <a class="brand-link" href="/">
          <Brand />
        </a>
        <button
          type="button"
          class="button quiet square menu-button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? 'close' : 'menu'} />
          <span class="unseen">Menu</span>
        </button>
        <Navigation path={path} />
        <Foot onHelp={() => setHelpOpen(true)} />
      </header>
      <div class="main">
        {liveState.value === 'polling' && <Stalled />}
        <main class="view" id="view" tabIndex={-1}>
          {children}
        </main>
      </div>
      {isHelpOpen && (
        <Later load={shortcutsDialog}>
          {({ ShortcutsDialog }) => <ShortcutsDialog onClose={() => setHelpOpen(false)} />}
        </Later>
      )}
    </div>
  );
}

function Navigation({ path }: { readonly path: string }) {
  const isIn = (to: string): boolean => path === to || (to !== '/' && path.startsWith(`${to}/`));
  return (
    <nav class="nav" aria-label="Views">
      {views.map(({ path: to, nav }) =>
        nav === undefined ? null : (
          <a key={to} href={to} {...(isIn(to) ? { 'aria-current': 'page' } : {})}>
            <Icon name={nav.icon} />
            {nav.title}
          </a>
        ),
      )}
    </nav>
  );
}

function Stalled() {
  return (
    <div class="banner" role="status">
      <Icon name="clock" />
      Live updates are interrupted. The page asks every few seconds instead.
    </div>
  );
}

const themeIcons: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'sun', dark: 'moon' };

function Foot({ onHelp }: { readonly onHelp: () => void }) {
  const isLive = liveState.value === 'live';
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system';
  return (
    <div class="side-foot">
      <span class="line">
        <span class="live-dot" {...(isLive ? { 'data-on': '' } : {})} />
        {isLive ? 'live' : 'not live'}
      </span>
      <SignedIn />
      <div class="side-tools">
        <Tool
          icon={themeIcons[theme.value]}
          label={`Colours: ${theme.value}; change to ${next}`}
          onClick={() => (theme.value = next)}
        />
        <Tool
          icon="clock"
          label={
            timeStyle.value === 'relative'
              ? 'Times: how long ago; change to the clock'
              : 'Times: the clock; change to how long ago'
          }
          onClick={() => (timeStyle.value = timeStyle.value === 'relative' ? 'absolute' : 'relative')}
        />
        <Tool icon="keyboard" label={`Shortcuts (?), ${areShortcutsOn.value ? 'on' : 'off'}`} onClick={onHelp} />
      </div>
      <span>hookstitch {__VERSION__}</span>
    </div>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
}

function Tool({ icon, label, onClick }: ToolProps) {
  return (
    <button type="button" class="button quiet slim square" title={label} onClick={onClick}>
      <Icon name={icon} />
      <span class="unseen">{label}</span>
    </button>
  );
}

/** Who this is; where a proxy in front of the gateway has let them in, there is nothing to log out of here. */
function SignedIn() {
  const current = session.value;
  if (current.status !== 'open') return null;
  const leave = async (): Promise<void> => {
    try {
      session.value = await api<Session>('/session', { method: 'DELETE' });
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <span class="line apart">
      <span class="cut">{current.user}</span>
      {current.by === 'password' && (
        <button type="button" class="button quiet slim" onClick={() => void leave()}>
          <Icon name="leave" />
          Log out
        </button>
      )}
    </span>
  );
}
