/** Line icons on a 16 × 16 grid, drawn for this console. Decoration: what they mean is always said in words beside them. */
const drawings = {
  home: 'M2.5 7.5 8 2.75l5.5 4.75M4 6.5v6.75h8V6.5M6.75 13.25v-3.5h2.5v3.5',
  events: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  playground: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5',
  problems: 'M8 2.25 14.25 13H1.75ZM8 6.5v3M8 11.3v.2',
  sources: 'M2 8h7M6.5 5 9.5 8l-3 3M9 2.75h3.25a1 1 0 0 1 1 1v8.5a1 1 0 0 1-1 1H9',
  destinations: 'M6.5 8H14M11 5l3 3-3 3M7 2.75H3.75a1 1 0 0 0-1 1v8.5a1 1 0 0 0 1 1H7',
  people: 'M8 7.5a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8ZM3 13.5c.3-2.6 2.4-4 5-4s4.7 1.4 5 4',
  settings:
    'M2.5 4.5h5M11 4.500h2.500M2.5 11.500H5M8.5 11.500h5M9.25 6.250a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.500ZM6.75 13.250a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.500Z',
  search: 'M7 11.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 13.5 13.5',
  copy: 'M6 5.500h6.500v8H6ZM10 5.500v-3H3.500v8H6',
  check: 'm3 8.5 3.25 3.250L13 4.75',
  close: 'm4 4 8 8M12 4l-8 8',
  menu: 'M2.5 4.500h11M2.5 8h11M2.5 11.500h11',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  down: 'm4 6.25 4 4 4-4',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  sun: 'M8 10.750a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.500ZM8 1.500V3M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1 1M11.6 11.600l1 1M12.6 3.400l-1 1M4.4 11.600l-1 1',
  moon: 'M13.25 9.500A5.75 5.75 0 1 1 6.5 2.750a4.6 4.6 0 0 0 6.75 6.750Z',
  system: 'M2 3h12v8H2ZM6 13.500h4M8 11v2.5',
  keyboard: 'M1.75 4h12.500v8H1.750ZM4.25 6.500h.01M6.75 6.500h.01M9.25 6.500h.01M11.75 6.500h.01M5 9.500h6',
  eye: 'M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8ZM8 9.750a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.500Z',
  replay: 'M2.75 8a5.25 5.25 0 1 0 1.7-3.850M2.5 2.500v2.750h2.75',
  send: 'm2 7.25 12-5-4.5 11.5-2.25-4.750ZM7.25 9 14 2.25',
  pin: 'M5.5 2.500h5M6.5 2.500v4L4.5 9h7l-2-2.500v-4M8 9v4.5',
  pause: 'M5.5 3.500v9M10.5 3.500v9',
  play: 'M5 3.250v9.500L12.5 8Z',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.250v3.500M8 5.200v.1',
  out: 'M9.5 3H13v3.500M13 3 7.5 8.500M11 9.500V13H3V5h3.5',
  download: 'M8 2.500v7.500M4.75 7 8 10.25 11.25 7M2.75 13.250h10.5',
  leave: 'M6.5 2.750h-3v10.500h3M10 5l3 3-3 3M13 8H6.5',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.750V8l2.25 1.75',
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={drawings[name]} />
    </svg>
  );
}
