import type { ComponentChildren } from 'preact';
import type { ApiDestination, ApiItems, ApiMappings, ApiSource } from '../../../api-shapes/configured.ts';
import type { ApiProblems } from '../../../api-shapes/repair.ts';
import { useApi } from '../../api/use-api.ts';
import { counted } from '../../ui/number-text.ts';
import { Mark, type MarkProps } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';

interface Point {
  readonly key: string;
  readonly mark: MarkProps;
  readonly href: string;
  readonly name: string;
  readonly told: ComponentChildren;
}

/** Groups of problems that are named here; the rest is a click away. */
const groupsMax = 3;

const off: MarkProps = { tone: 'quiet', icon: '⊘', word: 'off' };

/** What somebody should look at: dead letters, what is off or paused, mappings that are refused. */
export function Attention() {
  const problems = useApi<ApiProblems>('/problems', ['deliveries', 'events']);
  const sources = useApi<ApiItems<ApiSource>>('/sources', ['configuration']);
  const destinations = useApi<ApiItems<ApiDestination>>('/destinations', ['configuration', 'lanes']);
  const mappings = useApi<ApiMappings>('/mappings', ['configuration']);
  const points = [
    ...deadPoints(problems.data),
    ...failedPoints(problems.data),
    ...(destinations.data?.items ?? []).flatMap(destinationPoints),
    ...(mappings.data?.items ?? []).flatMap(mappingPoints),
    ...(sources.data?.items ?? []).flatMap(sourcePoints),
  ];
  const isKnown = [problems, sources, destinations, mappings].every(({ data }) => data !== undefined);
  if (!isKnown && points.length === 0) return null;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>To look at</h2>
        {points.length === 0 && <span class="muted">Nothing is dead, off, paused or refused.</span>}
      </div>
      {points.length > 0 && (
        <ul class="points">
          {points.map(({ key, mark, href, name, told }) => (
            <li key={key} class="line">
              <Mark {...mark} />
              <a href={href}>{name}</a>
              <span class="muted break">{told}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function deadPoints(problems: ApiProblems | undefined): readonly Point[] {
  const groups = problems?.deliveries ?? [];
  return groups.slice(0, groupsMax).map(({ destination, reason, cause, count, last_at }) => ({
    key: `dead ${destination} ${reason} ${cause}`,
    mark: { tone: 'bad', icon: '✗', word: `${count} dead` },
    href: `/problems/dead?${new URLSearchParams({ destination, reason, cause })}`,
    name: destination,
    told: (
      <>
        {visibleText(cause)}, last <Time at={last_at} />
      </>
    ),
  }));
}

function failedPoints(problems: ApiProblems | undefined): readonly Point[] {
  const groups = problems?.events ?? [];
  return groups.slice(0, groupsMax).map(({ source, reason, cause, count, last_at }) => ({
    key: `failed ${source} ${reason} ${cause}`,
    mark: { tone: 'bad', icon: '✗', word: `${count} failed` },
    href: `/problems/failed?${new URLSearchParams({ source, reason, cause })}`,
    name: source,
    told: (
      <>
        {visibleText(cause)}, last <Time at={last_at} />
      </>
    ),
  }));
}

function destinationPoints({ name, off: why, paused_at, circuit }: ApiDestination): readonly Point[] {
  const about = { key: `destination ${name}`, href: `/destinations/${encodeURIComponent(name)}`, name };
  if (why !== null) return [{ ...about, mark: off, told: `destination: ${why}` }];
  if (paused_at !== null) {
    const told = (
      <>
        since <Time at={paused_at} />
      </>
    );
    return [{ ...about, mark: { tone: 'warn', icon: '⏸', word: 'paused' }, told }];
  }
  if (circuit.state === 'closed') return [];
  return [{ ...about, mark: { tone: 'bad', icon: '✗', word: 'in trouble' }, told: visibleText(circuit.message ?? '') }];
}

function mappingPoints({ file, status, problems }: ApiMappings['items'][number]): readonly Point[] {
  if (status !== 'refused') return [];
  return [
    {
      key: `mapping ${file}`,
      mark: { tone: 'bad', icon: '✗', word: 'refused' },
      href: `/playground?mapping=${encodeURIComponent(file)}`,
      name: file,
      told: problems[0]?.message ?? counted(problems.length, 'problem'),
    },
  ];
}

const sourcePoints = ({ name, title, off: why }: ApiSource): readonly Point[] =>
  why === null
    ? []
    : [
        {
          key: `source ${name}`,
          mark: off,
          href: `/sources/${encodeURIComponent(name)}`,
          name: title,
          told: `source: ${why}`,
        },
      ];
