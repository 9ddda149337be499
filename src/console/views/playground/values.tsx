import type { ApiField, ApiReading } from '../../../api-shapes/playground.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { briefText } from '../../ui/tree-rows.ts';
import { toneOf, valueText } from './ghost-values.ts';
import { idOf } from './links.ts';
import type { ResultProps } from './result-props.ts';

/** Every value that the mapping writes with what it came to: the same as behind the expressions, for those who read. */
export function Values({ previewed, linked, onGoTo, onPointMapping }: ResultProps) {
  const fields = previewed.preview?.fields ?? [];
  if (fields.length === 0) return <p class="hint">Values show here once the mapping is tried on an event.</p>;
  const sections = [...Map.groupBy(fields, ({ keys }) => String(keys[0]))];
  return (
    <table class="tried">
      <caption class="unseen">Every value of the mapping. Enter goes to its place in the text.</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <Readings readings={previewed.preview?.readings ?? []} />
      {sections.map(([section, own]) => (
        <tbody key={section}>
          {own.map((field) => (
            <tr
              key={`${field.path} ${field.item}`}
              data-marked={linked.mapping.has(idOf(field.keys)) ? '' : undefined}
              onMouseEnter={() => onPointMapping(field.keys)}
              onMouseLeave={() => onPointMapping(null)}
            >
              <th scope="row">
                <button
                  type="button"
                  class="place mono break"
                  title={field.expression === null ? 'Go to its place' : `=${field.expression}`}
                  onFocus={() => onPointMapping(field.keys)}
                  onBlur={() => onPointMapping(null)}
                  onClick={() => onGoTo(field.at)}
                >
                  <Breakable text={nameOf(field)} />
                </button>
              </th>
              <td class="mono break" data-tone={toneOf(field)}>
                {valueText(field)}
              </td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

/** By what the source in gateway.yaml tells which event it is: it stands in another file than the mapping. */
const Readings = ({ readings }: { readonly readings: readonly ApiReading[] }) =>
  readings.length === 0 ? null : (
    <tbody>
      {readings.map(({ setting, expression, value }) => (
        <tr key={setting}>
          <th scope="row" class="mono break" title={`=${expression}, in gateway.yaml or the preset`}>
            source.{setting}
          </th>
          <td class="mono break" data-tone={value === null ? 'empty' : undefined}>
            {value === null ? 'nothing' : visibleText(typeof value === 'string' ? value : briefText(value))}
          </td>
        </tr>
      ))}
    </tbody>
  );

const nameOf = ({ path, item }: ApiField): string => (item === null ? path : `${path} [${item}]`);
