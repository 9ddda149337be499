import { render } from 'preact';
import { keepLive } from './api/live.ts';
import { App } from './frame/app.tsx';
import { applyPreferences } from './state/preferences.ts';
import { listenForShortcuts } from './state/shortcuts.ts';
import { keepTime } from './state/ticking.ts';

applyPreferences();
keepTime();
keepLive();
listenForShortcuts();
const root = document.getElementById('console');
if (root !== null) render(<App />, root);
