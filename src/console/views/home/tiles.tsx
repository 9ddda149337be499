import type { ComponentChildren } from 'preact';
import type { ApiSeries } from '../../../api-shapes/series.ts';
import type { ApiStats } from '../../../api-shapes/stored.ts';
import { counted, number, share, shortNumber } from '../../ui/number-text.ts';
import { duration } from '../../ui/time-text.ts';

interface TilesProps {
  readonly stats: ApiStats;
  readonly series: ApiSeries | undefined;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The figures to look at first, each leading to what is behind it. */
export function Tiles({ stats, series }: TilesProps) {
  const { deliveries, oldest_pending_seconds: oldest } = stats;
  const received = sum((series?.sources ?? []).map(({ totals }) => totals.received));
  const delivered = sum((series?.destinations ?? []).map(({ totals }) => totals.delivered));
  const origins = (series?.sources ?? []).map(({ totals }) => totals.stitching);
  const linked = sum(origins.map(({ link }) => link));
  const all = sum(origins.map(({ event, link, stable_id, nowhere }) => event + link + stable_id + nowhere));
  const waiting = deliveries.pending + deliveries.in_flight;
  return (
    <div class="tiles">
      <Tile label="Received" href="/events?since=24h" figure={shown(series, received)} note="events in 24 hours" />
      <Tile
        label="Delivered"
        href="/events?since=24h&delivery=delivered"
        figure={shown(series, delivered)}
        note="in 24 hours"
      />
      <Tile
        label="Dead"
        href="/problems"
        figure={number(deliveries.dead)}
        tone={deliveries.dead > 0 ? 'bad' : undefined}
        note={`deliveries now${stats.events.failed > 0 ? `, and ${counted(stats.events.failed, 'failed event')}` : ''}`}
      />
      <Tile
        label="Oldest pending"
        href="/events?delivery=pending"
        figure={waiting === 0 ? '–' : duration(oldest * 1_000)}
        note={waiting === 0 ? 'nothing waits' : `${counted(waiting, 'delivery', 'deliveries')} on the way`}
      />
      <Tile label="Stitched" href="/people" figure={share(linked, all)} note="of payloads by a link, in 24 hours" />
    </div>
  );
}

const shown = (series: ApiSeries | undefined, value: number): string =>
  series === undefined ? '…' : shortNumber(value);

interface TileProps {
  readonly label: string;
  readonly href: string;
  readonly figure: string;
  readonly note: ComponentChildren;
  readonly tone?: 'bad' | undefined;
}

function Tile({ label, href, figure, note, tone }: TileProps) {
  return (
    <a class="panel tile" href={href}>
      <span class="label">{label}</span>
      <span class={`figure ${tone ?? ''}`}>{figure}</span>
      <span class="muted small">{note}</span>
    </a>
  );
}
