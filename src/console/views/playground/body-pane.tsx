import { useEffect, useState } from 'preact/hooks';
import type { ApiPath, ApiReaders } from '../../../api-shapes/playground.ts';
import type { Json } from '../../../model/json.ts';
import { pathWith } from '../../api/client.ts';
import { useApi } from '../../api/use-api.ts';
import { JsonTree } from '../../ui/json-tree.tsx';
import { type Linked, withoutIndexes } from './links.ts';
import { pathText } from './path-text.ts';

interface BodyPaneProps {
  readonly body: Json | undefined;
  /** Whose mappings are asked which of them read a value. */
  readonly source: string | undefined;
  readonly linked: Linked;
  readonly onPick: (path: ApiPath) => void;
  readonly onPoint: (path: ApiPath | null) => void;
}

/** What arrived, as the mapping sees it. */
export function BodyPane({ body, source, linked, onPick, onPoint }: BodyPaneProps) {
  const [pointed, setPointed] = useState<ApiPath | null>(null);
  if (body === undefined) return <p class="hint">No event is chosen. Choose one above, or paste a body.</p>;
  return (
    <div class="body-pane">
      <p class="hint">Choose a value to write its path into the mapping.</p>
      <JsonTree
        value={body}
        label="body"
        rowsShown={28}
        marked={linked.body}
        onPick={({ path }) => path.length > 0 && onPick(path)}
        onPoint={(row) => {
          onPoint(row === null || row.path.length === 0 ? null : row.path);
          if (row !== null) setPointed(row.path);
        }}
      />
      {source !== undefined && pointed !== null && withoutIndexes(pointed).length > 0 && (
        <ReadBy source={source} path={pointed} />
      )}
    </div>
  );
}

const restMs = 250;
const matches = { exact: '', around: 'with what is around it', inside: 'a part of it' } as const;

/** Which mappings in force read a place of the body, once the pointer rests on it. */
function ReadBy({ source, path }: { readonly source: string; readonly path: ApiPath }) {
  const keys = JSON.stringify(withoutIndexes(path));
  const [asked, setAsked] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(keys), restMs);
    return () => clearTimeout(timer);
  }, [keys]);
  const { data } = useApi<ApiReaders>(asked === keys ? pathWith('/lineage', { source, path: keys }) : null, [
    'configuration',
  ]);
  return (
    <section class="read-by" aria-label="Which mappings read this" aria-live="polite">
      <h3>
        Which mappings read <span class="mono break">{pathText(path)}</span>
      </h3>
      {data === undefined ? (
        <p class="hint">…</p>
      ) : data.items.length === 0 ? (
        <p class="hint">None that is in force.</p>
      ) : (
        <ul>
          {data.items.map(({ file, path: field, expression, match }) => (
            <li key={`${file} ${field}`}>
              <a href={`/playground?mapping=${encodeURIComponent(file)}`}>{file}</a>{' '}
              <span class="mono break" title={`=${expression}`}>
                {field}
              </span>
              {matches[match] !== '' && <span class="muted"> {matches[match]}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
