import type { View } from './view.ts';

/** Every view, in the order of the navigation. A new one is a line here and a folder in `views`. */
export const views: readonly View[] = [
  {
    path: '/',
    load: async () => (await import('./views/home/home.tsx')).Home,
    nav: { title: 'Home', icon: 'home', key: 'h' },
  },
  {
    path: '/events',
    load: async () => (await import('./views/events/events.tsx')).Events,
    nav: { title: 'Events', icon: 'events', key: 'e' },
  },
  {
    path: '/playground',
    load: async () => (await import('./views/playground/playground.tsx')).Playground,
    nav: { title: 'Playground', icon: 'playground', key: 'y' },
  },
  { path: '/events/:id', load: async () => (await import('./views/event/event.tsx')).Event },
  {
    path: '/problems',
    load: async () => (await import('./views/problems/problems.tsx')).Problems,
    nav: { title: 'Problems', icon: 'problems', key: 'p' },
  },
  { path: '/problems/dead', load: async () => (await import('./views/problems/dead-group.tsx')).DeadGroup },
  { path: '/problems/failed', load: async () => (await import('./views/problems/failed-group.tsx')).FailedGroup },
  { path: '/problems/replays/:id', load: async () => (await import('./views/problems/replay.tsx')).Replay },
  {
    path: '/sources',
    load: async () => (await import('./views/sources/sources.tsx')).Sources,
    nav: { title: 'Sources', icon: 'sources', key: 's' },
  },
  { path: '/sources/:name', load: async () => (await import('./views/sources/source.tsx')).Source },
  {
    path: '/destinations',
    load: async () => (await import('./views/destinations/destinations.tsx')).Destinations,
    nav: { title: 'Destinations', icon: 'destinations', key: 'd' },
  },
  { path: '/destinations/:name', load: async () => (await import('./views/destinations/destination.tsx')).Destination },
  {
    path: '/people',
    load: async () => (await import('./views/people/people.tsx')).People,
    nav: { title: 'People', icon: 'people', key: 'o' },
  },
  {
    path: '/settings',
    load: async () => (await import('./views/settings/settings.tsx')).Settings,
    nav: { title: 'Settings', icon: 'settings', key: 't' },
  },
];
