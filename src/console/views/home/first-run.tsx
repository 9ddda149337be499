import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiItems, ApiSentSample, ApiSource } from '../../../api-shapes/configured.ts';
import type { ApiStats } from '../../../api-shapes/stored.ts';
import { useApi } from '../../api/use-api.ts';
import { Copy } from '../../ui/copy.tsx';
import { Icon } from '../../ui/icon.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered } from '../../ui/states.tsx';
import { SampleForm } from './sample-form.tsx';
import { SampleWay } from './sample-way.tsx';

interface FirstRunProps {
  readonly stats: ApiStats;
  readonly onDone: () => void;
}

/** Three steps from nothing to a delivered event. */
export function FirstRun({ stats, onDone }: FirstRunProps) {
  const sources = useApi<ApiItems<ApiSource>>('/sources', ['configuration', 'events']);
  return (
    <>
      <PageHeader
        title="Get the first event through"
        sub="From a sender's webhook to your analytics, in three steps."
      />
      <Answered of={sources}>{({ items }) => <Steps sources={items} stats={stats} onDone={onDone} />}</Answered>
    </>
  );
}

interface StepsProps extends FirstRunProps {
  readonly sources: readonly ApiSource[];
}

function Steps({ sources, stats, onDone }: StepsProps) {
  const [name, setName] = useState('');
  const [sent, setSent] = useState<ApiSentSample>();
  const source = sources.find((one) => one.name === name) ?? sources.find(({ off }) => off === null) ?? sources[0];
  const received = Object.values(stats.events).reduce((sum, count) => sum + count, 0);
  const isDelivered = stats.deliveries.delivered > 0;
  if (source === undefined) return <NoSource />;
  return (
    <ol class="first-run">
      <FirstStep number={1} title="Paste the URL" isDone={received > 0}>
        <p class="muted">Webhooks of this sender go to its own URL on the receiver.</p>
        <SourceUrl source={source} sources={sources} onChoose={setName} />
      </FirstStep>
      <FirstStep number={2} title="Send a sample" isDone={received > 0}>
        <p class="muted">
          Signed as {source.title} signs it, and posted to that URL: it goes the whole way, and to your destinations.
        </p>
        <SampleForm key={source.name} source={source} onSent={setSent} />
      </FirstStep>
      <FirstStep number={3} title="See it delivered" isDone={isDelivered}>
        {sent?.event_id === undefined || sent.event_id === null ? (
          <p class="muted">{received > 0 ? <NewestLink /> : 'What becomes of it shows up here by itself.'}</p>
        ) : (
          <SampleWay id={sent.event_id} />
        )}
        {isDelivered && (
          <button type="button" class="button main-action" onClick={onDone}>
            Go on to the overview
          </button>
        )}
      </FirstStep>
    </ol>
  );
}

const NewestLink = () => (
  <>
    An event has been received; <a href="/events">the list of events</a> says what became of it.
  </>
);

function NoSource() {
  return (
    <div class="note warn">
      <Icon name="info" />
      <span>
        <code>gateway.yaml</code> names no source. <code>hookstitch init</code> asks for one and writes what it needs.
      </span>
    </div>
  );
}

interface SourceUrlProps {
  readonly source: ApiSource;
  readonly sources: readonly ApiSource[];
  readonly onChoose: (name: string) => void;
}

function SourceUrl({ source: { name, url, off, title }, sources, onChoose }: SourceUrlProps) {
  return (
    <>
      <div class="line">
        <select
          class="input"
          aria-label="source"
          value={name}
          onChange={({ currentTarget }) => onChoose(currentTarget.value)}
        >
          {sources.map((one) => (
            <option key={one.name} value={one.name}>
              {one.title}
              {one.off !== null && ' (off)'}
            </option>
          ))}
        </select>
        <code class="url break">{url}</code>
        <Copy text={url} label="Copy URL" isLabelled />
      </div>
      {url.startsWith('/') && (
        <p class="small muted">
          Set <code>PUBLIC_URL</code> to where this gateway is reached from outside, and the whole URL is shown here.
        </p>
      )}
      {off !== null && (
        <div class="note warn">
          <Icon name="info" />
          <span>This source is off: {off}</span>
        </div>
      )}
      <p class="small">
        <a href={`/sources/${encodeURIComponent(name)}`}>Where to paste it in {title}, step by step</a>
      </p>
    </>
  );
}

interface FirstStepProps {
  readonly number: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ComponentChildren;
}

function FirstStep({ number, title, isDone, children }: FirstStepProps) {
  return (
    <li class="panel first-step" {...(isDone ? { 'data-done': '' } : {})}>
      <span class="knot" aria-hidden="true">
        {isDone ? <Icon name="check" /> : number}
      </span>
      <div class="stack tight">
        <h2>
          {title}
          {isDone && <span class="unseen"> (done)</span>}
        </h2>
        {children}
      </div>
    </li>
  );
}
