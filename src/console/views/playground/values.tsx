import type { ApiField } from '../../../api-shapes/playground.ts';
import { Breakable } from '../../ui/breakable.tsx';
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

const nameOf = ({ path, item }: ApiField): string => (item === null ? path : `${path} [${item}]`);
