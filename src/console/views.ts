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
];
