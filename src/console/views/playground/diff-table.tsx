import { visibleText } from '../../ui/text-lines.ts';
import { type DiffLine, excerpt } from './line-diff.ts';

const words = { same: '', removed: 'removed', added: 'added' } as const;
const signs = { same: ' ', removed: '−', added: '+' } as const;

/** The changed lines of both sides with some around them. */
export function DiffTable({ lines }: { readonly lines: readonly DiffLine[] }) {
  if (lines.every(({ kind }) => kind === 'same')) return <p class="hint">Nothing has changed.</p>;
  return (
    // Long lines scroll sideways, which the keyboard must reach too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached
    <section class="text-diff" aria-label="What changes" tabIndex={0}>
      <table>
        <caption class="unseen">Lines removed from the saved text and added by yours</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">Saved line</th>
            <th scope="col">Your line</th>
            <th scope="col">Change</th>
            <th scope="col">Text</th>
          </tr>
        </thead>
        <tbody>
          {excerpt(lines).map((line, index) =>
            line === null ? (
              <tr key={`gap ${index}`} class="gap">
                <td colSpan={4}>
                  <span aria-hidden="true">⋯</span>
                  <span class="unseen">unchanged lines</span>
                </td>
              </tr>
            ) : (
              <tr key={`${line.before} ${line.after}`} data-kind={line.kind}>
                <td class="number">{line.before}</td>
                <td class="number">{line.after}</td>
                <td>
                  <span aria-hidden="true">{signs[line.kind]}</span>
                  <span class="unseen">{words[line.kind]}</span>
                </td>
                <td class="mono">{visibleText(line.text)}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </section>
  );
}
