import type { ApiFileProblem, ApiMapping, ApiMappings } from '../../../api-shapes/configured.ts';
import { useApi } from '../../api/use-api.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { Answered } from '../../ui/states.tsx';
import { Mark, type MarkProps } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';

/** Which files are in force, and what is wrong with those that are not, at their lines. */
export function Configuration() {
  const mappings = useApi<ApiMappings>('/mappings', ['configuration']);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Files</h2>
      </div>
      <Answered of={mappings}>
        {({ items, gateway_file }) => (
          <>
            <div class="panel-body stack tight">
              <span class="line">
                <span class="mono small">gateway.yaml</span>
                <Mark {...gatewayMark(gateway_file.status)} />
                <span class="muted small">{gatewayText(gateway_file.status)}</span>
              </span>
              <Problems file="gateway.yaml" problems={gateway_file.problems} />
            </div>
            {items.length === 0 ? <p class="panel-body muted">There are no mappings yet.</p> : <Files items={items} />}
          </>
        )}
      </Answered>
    </section>
  );
}

function gatewayMark(status: ApiMappings['gateway_file']['status']): MarkProps {
  switch (status) {
    case 'ok':
      return { tone: 'good', icon: '✓', word: 'in force' };
    case 'changed':
      return { tone: 'warn', icon: '!', word: 'changed' };
    case 'refused':
      return { tone: 'bad', icon: '✗', word: 'refused' };
  }
}

function gatewayText(status: ApiMappings['gateway_file']['status']): string {
  switch (status) {
    case 'ok':
      return 'as the gateway started with it';
    case 'changed':
      return 'saved since the start; a restart applies it';
    case 'refused':
      return 'saved since the start, with errors: correct it before a restart, or the gateway does not start';
  }
}

function mappingMark({ status, problems }: ApiMapping): MarkProps {
  switch (status) {
    case 'live':
      return problems.length === 0
        ? { tone: 'good', icon: '✓', word: 'live' }
        : { tone: 'warn', icon: '!', word: 'live, with warnings' };
    case 'refused':
      return { tone: 'bad', icon: '✗', word: 'refused' };
    case 'disabled':
      return { tone: 'quiet', icon: '⊘', word: 'disabled' };
  }
}

function Files({ items }: { readonly items: readonly ApiMapping[] }) {
  return (
    <>
      <DataTable
        caption="Mappings"
        rows={items}
        rowKey={({ file }) => file}
        columns={[
          {
            key: 'file',
            title: 'Mapping',
            cell: ({ file }) => <span class="mapping-file mono small break">{visibleText(file)}</span>,
          },
          { key: 'status', title: 'State', cell: (mapping) => <Mark {...mappingMark(mapping)} /> },
          {
            key: 'what',
            title: 'Maps',
            cell: ({ source, events, destinations }) =>
              source === null ? '–' : `${source} ${events.join(', ')} → ${destinations.join(', ')}`,
          },
          {
            key: 'since',
            title: 'In force since',
            isLabelled: true,
            cell: ({ loaded_at }) => (loaded_at === null ? 'never' : <Time at={loaded_at} />),
          },
        ]}
      />
      {items
        .filter(({ problems, failing_tests }) => problems.length + failing_tests.length > 0)
        .map((mapping) => (
          <div key={mapping.file} class="panel-body stack tight">
            <Problems file={mapping.file} problems={mapping.problems} />
            {mapping.failing_tests.map(({ name, failures }) => (
              <div key={name} class="note bad">
                <span class="break">
                  {visibleText(mapping.file)}: the test “{visibleText(name)}” fails: {visibleText(failures.join('; '))}
                </span>
              </div>
            ))}
          </div>
        ))}
    </>
  );
}

interface ProblemsProps {
  readonly file: string;
  readonly problems: readonly ApiFileProblem[];
}

function Problems({ file, problems }: ProblemsProps) {
  return (
    <>
      {problems.map(({ severity, line, column, code, message, hint }) => (
        <div key={`${line}:${column} ${code}`} class={`note ${severity === 'error' ? 'bad' : 'warn'}`}>
          <div class="stack tight">
            <span class="break">
              <span class="mono small">
                {visibleText(file)}:{line}:{column}
              </span>{' '}
              {severity}: {visibleText(message)}
              {hint !== null && hint !== undefined && hint !== '' && <span class="muted"> {visibleText(hint)}</span>}
            </span>
            <span class="mono small muted">{code}</span>
          </div>
        </div>
      ))}
    </>
  );
}
