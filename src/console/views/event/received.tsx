import { useMemo, useState } from 'preact/hooks';
import type { ApiEvent } from '../../../api-shapes/stored.ts';
import { Copy } from '../../ui/copy.tsx';
import { JsonTree } from '../../ui/json-tree.tsx';
import { bytes } from '../../ui/number-text.ts';
import { Tabs } from '../../ui/tabs.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { TextView } from '../../ui/text-view.tsx';
import { Time } from '../../ui/time.tsx';
import { pathId } from '../../ui/tree-rows.ts';
import { bodyBytes, parsedBody } from './body.ts';
import { Headers } from './headers.tsx';
import { Step } from './step.tsx';

/** What the sender sent, to the byte. */
export function Received({ event }: { readonly event: ApiEvent }) {
  const { request, received_at, occurred_at, external_id, tries } = event;
  const { method, url, kind, item, body, body_encoding: encoding, headers } = request;
  return (
    <Step
      number={1}
      title="Received"
      tone="good"
      told={
        <span class="muted break">
          <Time at={received_at} as="absolute" /> · {method} {pathOf(url)} · {bytes(bodyBytes(body, encoding))}
        </span>
      }
    >
      <div class="panel">
        <div class="panel-body stack">
          <dl class="facts">
            <dt>happened</dt>
            <dd>
              <Time at={occurred_at} as="absolute" />
            </dd>
            <dt>sender's id</dt>
            <dd class="line">
              <span class="mono break">{visibleText(external_id)}</span>
              <Copy text={external_id} label="Copy the sender's id" />
            </dd>
            {kind !== null && (
              <>
                <dt>kind in the URL</dt>
                <dd class="mono">{kind}</dd>
              </>
            )}
            {item !== null && (
              <>
                <dt>in its request</dt>
                <dd>number {item + 1} of the body's list</dd>
              </>
            )}
            {tries > 1 && (
              <>
                <dt>translated</dt>
                <dd>{tries} times</dd>
              </>
            )}
          </dl>
          <Body body={body} encoding={encoding} item={item} headers={headers} />
          <p class="small">
            <a href={`/api/events/${encodeURIComponent(event.id)}/body?reveal=true`} download="">
              Download the body as it came
            </a>
          </p>
        </div>
      </div>
    </Step>
  );
}

interface BodyProps {
  readonly body: string;
  readonly encoding: 'utf8' | 'base64';
  readonly item: number | null;
  readonly headers: Readonly<Record<string, string>>;
}

function Body({ body, encoding, item, headers }: BodyProps) {
  const json = useMemo(() => parsedBody(body, encoding), [body, encoding]);
  const [tab, setTab] = useState('body');
  const marked = useMemo(() => new Set(item === null ? [] : [pathId([item])]), [item]);
  const tabs = [
    ...(json === undefined
      ? []
      : [
          {
            key: 'body',
            title: 'Body',
            content: () => <JsonTree value={json} label="body" marked={marked} rowsShown={14} />,
          },
        ]),
    {
      key: 'raw',
      title: encoding === 'base64' ? 'Raw, as base64' : 'Raw',
      content: () => <TextView text={body} label="raw body" rowsShown={14} />,
    },
    {
      key: 'headers',
      title: (
        <>
          Headers <span class="count">{Object.keys(headers).length}</span>
        </>
      ),
      content: () => <Headers headers={headers} />,
    },
  ];
  return <Tabs label="The request" tabs={tabs} selected={tab} onSelect={setTab} />;
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname;
  } catch {
    // A path alone, from a gateway that does not know its public address.
    return url;
  }
}
