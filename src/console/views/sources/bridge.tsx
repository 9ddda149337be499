import { useId, useState } from 'preact/hooks';
import type { ApiSettings } from '../../../api-shapes/configured.ts';
import { useApi } from '../../api/use-api.ts';
import { Copy } from '../../ui/copy.tsx';

const tools = [
  {
    key: 'usermaven',
    title: 'Usermaven',
    attribute: 'data-usermaven-key',
    asks: 'API key of the workspace',
    example: 'UMxxxxxxxx',
  },
  { key: 'segment', title: 'Segment', attribute: 'data-segment', asks: null, example: '' },
  { key: 'other', title: 'another tool', attribute: 'data-cookie', asks: 'name of its cookie', example: 'visitor_id' },
] as const;

/** The script for the website, which carries the visitor's id to where the webhooks will have it. */
export function Bridge() {
  const settings = useApi<ApiSettings>('/settings');
  const [key, setKey] = useState<string>(tools[0].key);
  const [value, setValue] = useState('');
  const [waits, setWaits] = useState(false);
  const id = useId();
  const tool = tools.find((one) => one.key === key) ?? tools[0];
  const base = settings.data?.public_url ?? 'https://hooks.example.com';
  const attribute = tool.asks === null ? tool.attribute : `${tool.attribute}="${attributeText(value || tool.example)}"`;
  const snippet = `<script defer src="${base}/bridge.js" ${attribute}${waits ? ' data-consent="wait"' : ''}></script>`;
  return (
    <details class="panel">
      <summary class="panel-body">
        <h2>Website snippet</h2>
        <span class="muted small">joins events to the visits they began with</span>
      </summary>
      <div class="panel-body stack">
        <p>Paste it on every page. It carries the visitor’s id into payment links and forms, and sends nothing.</p>
        <div class="line loose bridge-fields">
          <div class="field">
            <label for={`${id}-tool`}>Analytics tool</label>
            <select
              id={`${id}-tool`}
              class="input"
              value={key}
              onChange={({ currentTarget }) => setKey(currentTarget.value)}
            >
              {tools.map((one) => (
                <option key={one.key} value={one.key}>
                  {one.title}
                </option>
              ))}
            </select>
          </div>
          {tool.asks !== null && (
            <div class="field">
              <label for={`${id}-value`}>The {tool.asks}</label>
              <input
                id={`${id}-value`}
                class="input"
                placeholder={tool.example}
                value={value}
                spellcheck={false}
                onInput={({ currentTarget }) => setValue(currentTarget.value)}
              />
            </div>
          )}
          <label class="check">
            <input type="checkbox" checked={waits} onChange={({ currentTarget }) => setWaits(currentTarget.checked)} />
            Wait for the visitor’s consent
          </label>
        </div>
        <div class="code">
          <div class="tools">
            <Copy text={snippet} label="Copy snippet" />
          </div>
          <pre class="snippet">{snippet}</pre>
        </div>
        {settings.data?.public_url === null && (
          <p class="muted small">Set PUBLIC_URL and the snippet has the address of this gateway.</p>
        )}
      </div>
    </details>
  );
}

const attributeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
