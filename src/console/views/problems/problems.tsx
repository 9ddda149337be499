import type { ApiItems } from '../../../api-shapes/configured.ts';
import type { ApiProblems, ApiReplay } from '../../../api-shapes/repair.ts';
import { useApi } from '../../api/use-api.ts';
import { useUrlState } from '../../state/url-state.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { FilterBar, Search, Select } from '../../ui/filter-bar.tsx';
import { number } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { type DeadGroup, deadHref, type FailedGroup, failedHref } from './groups.ts';
import './problems.css';
import { ReplayTable } from './replay-table.tsx';

type Group = DeadGroup | FailedGroup;

const nameOf = (group: Group): string => ('destination' in group ? group.destination : group.source);

export function Problems() {
  const problems = useApi<ApiProblems>('/problems', ['deliveries', 'events']);
  const replays = useApi<ApiItems<ApiReplay>>('/replays', ['replays']);
  return (
    <>
      <PageHeader title="Problems" sub="What went wrong, in groups of what went wrong in the same way." />
      <Answered of={problems}>{(found) => <Groups found={found} />}</Answered>
      {replays.data !== undefined && replays.data.items.length > 0 && (
        <section class="panel">
          <div class="panel-head">
            <h2>Replays</h2>
          </div>
          <ReplayTable replays={replays.data.items} />
        </section>
      )}
    </>
  );
}

function Groups({ found }: { readonly found: ApiProblems }) {
  const [{ of, reason, q }, change] = useUrlState(['of', 'reason', 'q']);
  const all: readonly Group[] = [...found.deliveries, ...found.events];
  if (all.length === 0)
    return (
      <Empty icon="check" title="No dead deliveries, no failed events">
        <p>What a destination refuses for good, and what no mapping can translate, is kept and shows up here.</p>
      </Empty>
    );
  const fits = (group: Group): boolean =>
    (of === '' || nameOf(group) === of) &&
    (reason === '' || group.reason === reason) &&
    group.cause.toLowerCase().includes(q.toLowerCase());
  const dead = found.deliveries.filter(fits);
  const failed = found.events.filter(fits);
  const isFiltered = of !== '' || reason !== '' || q !== '';
  const options = (values: readonly string[]) =>
    [...new Set(values)].toSorted().map((value) => [value, value] as const);
  return (
    <>
      <FilterBar onClear={isFiltered ? () => change({ of: '', reason: '', q: '' }) : undefined}>
        <Search
          value={q}
          onChange={(text) => change({ q: text }, true)}
          label="Search causes"
          placeholder="Search causes"
        />
        <Select
          label="destination or source"
          any="anywhere"
          value={of}
          options={options(all.map(nameOf))}
          onChange={(value) => change({ of: value })}
        />
        <Select
          label="reason"
          value={reason}
          options={options(all.map((group) => group.reason))}
          onChange={(value) => change({ reason: value })}
        />
      </FilterBar>
      {dead.length + failed.length === 0 && (
        <Empty icon="search" title="No problem fits">
          <p>There are others: clear the filters to see them.</p>
        </Empty>
      )}
      {dead.length > 0 && (
        <GroupTable title="Dead deliveries" first="Destination" groups={dead} href={deadHref} isMain />
      )}
      {failed.length > 0 && (
        <GroupTable title="Failed events" first="Source" groups={failed} href={failedHref} isMain={dead.length === 0} />
      )}
    </>
  );
}

interface GroupTableProps<G extends Group> {
  readonly title: string;
  readonly first: string;
  readonly groups: readonly G[];
  readonly href: (group: G) => string;
  readonly isMain: boolean;
}

function GroupTable<G extends Group>({ title, first, groups, href, isMain }: GroupTableProps<G>) {
  const columns: readonly Column<G>[] = [
    { key: 'of', title: first, cell: (group) => <span class="group-of">{nameOf(group)}</span> },
    { key: 'count', title: 'Count', isNumber: true, isLabelled: true, cell: ({ count }) => number(count) },
    {
      key: 'reason',
      title: 'Reason',
      cell: ({ reason }) => (
        <span class="group-reason">
          <Mark tone="bad" icon="✗" word={reason} />
        </span>
      ),
    },
    {
      key: 'cause',
      title: 'Cause',
      cell: ({ cause }) => <span class="cause mono small">{visibleText(cause)}</span>,
    },
    { key: 'first', title: 'First', isLabelled: true, cell: ({ first_at }) => <Time at={first_at} /> },
    { key: 'last', title: 'Last', isLabelled: true, cell: ({ last_at }) => <Time at={last_at} /> },
  ];
  const all = groups.reduce((sum, { count }) => sum + count, 0);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>
          {title} <span class="count">{number(all)}</span>
        </h2>
      </div>
      <DataTable
        caption={title}
        columns={columns}
        rows={groups}
        rowKey={(group) => href(group)}
        rowHref={href}
        isMain={isMain}
      />
    </section>
  );
}
