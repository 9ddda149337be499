import { useState } from 'preact/hooks';
import type { ApiValue } from '../../../api-shapes/values.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { counted } from '../../ui/number-text.ts';
import { visibleText } from '../../ui/text-lines.ts';
import { briefText } from '../../ui/tree-rows.ts';

const titles: Readonly<Record<string, string>> = {
  when: 'when',
  let: 'let',
  for_each: 'for each',
  event: 'event',
  destinations: 'destinations',
};

/** Helping values are many and often large; they are shown when asked for. */
const secondary: ReadonlySet<string> = new Set(['let']);

/** Each value that a mapping writes: what it came to, and by which expression. */
export function Values({ fields }: { readonly fields: readonly ApiValue[] }) {
  const [isAll, setAll] = useState(false);
  const sections = [...Map.groupBy(fields, ({ keys }) => String(keys[0]))];
  const hidden = fields.filter(({ keys }) => secondary.has(String(keys[0]))).length;
  return (
    <>
      <div class="table-scroll">
        <table class="values">
          <caption class="unseen">Values and expressions</caption>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Value</th>
              <th scope="col">Expression</th>
            </tr>
          </thead>
          {sections.map(([section, own]) =>
            secondary.has(section) && !isAll ? null : (
              <tbody key={section}>
                {own.length > 1 && (
                  <tr data-section="">
                    <th colSpan={3} scope="rowgroup">
                      {titles[section] ?? section}
                    </th>
                  </tr>
                )}
                {own.map((field) => (
                  <ValueRow key={`${field.path} ${field.item}`} field={field} isAlone={own.length === 1} />
                ))}
              </tbody>
            ),
          )}
        </table>
      </div>
      {hidden > 0 && (
        <button
          type="button"
          class="button quiet slim more-values"
          aria-expanded={isAll}
          onClick={() => setAll(!isAll)}
        >
          {isAll ? 'Hide' : 'Show'} the {counted(hidden, 'helping value')} of let
        </button>
      )}
    </>
  );
}

function ValueRow({ field, isAlone }: { readonly field: ApiValue; readonly isAlone: boolean }) {
  const { path, keys, expression, item } = field;
  const name = isAlone ? path : keys.slice(1).join('.');
  return (
    <tr>
      <th scope="row" class="mono">
        <Breakable text={name} />
        {item !== null && <span class="muted"> #{item + 1}</span>}
      </th>
      <td>
        <Came field={field} />
      </td>
      <td class="mono muted">{expression === null ? 'written out' : visibleText(`=${expression}`)}</td>
    </tr>
  );
}

function Came({ field: { result, value, why, message } }: { readonly field: ApiValue }) {
  if (result === 'value') return <span class="mono">{visibleText(briefText(value))}</span>;
  if (result === 'not_evaluated') return <span class="muted">not evaluated</span>;
  const told = message ?? why;
  return (
    <span class={result === 'fault' ? 'bad' : 'warn'}>
      {result === 'nothing' ? 'nothing' : result}
      {told !== null && `: ${visibleText(told)}`}
    </span>
  );
}
