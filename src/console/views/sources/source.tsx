import type { ApiItems, ApiSentSample, ApiSource } from '../../../api-shapes/configured.ts';
import { useApi } from '../../api/use-api.ts';
import { StitchChart, VolumeChart } from '../../charts/kinds.tsx';
import { RangeChoice } from '../../charts/range-choice.tsx';
import { type Range, rangeIn, useSeries } from '../../charts/use-series.ts';
import { toast } from '../../state/toasts.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Called } from '../../ui/called.tsx';
import { Copy } from '../../ui/copy.tsx';
import { Icon } from '../../ui/icon.tsx';
import { counted, number } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { refusalOf, SendSample } from '../../ui/send-sample.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import type { ViewProps } from '../../view.ts';
import { Bridge } from './bridge.tsx';
import { Refusals } from './refusals.tsx';
import { sourceMark } from './source-mark.ts';
import './sources.css';
import { Url } from './sources.tsx';

export function Source({ params }: ViewProps) {
  const name = params.name ?? '';
  const sources = useApi<ApiItems<ApiSource>>('/sources', ['events', 'configuration']);
  return (
    <Called name={name} back={back} of={sources} none={unknown}>
      {(found) => <Found key={name} source={found} />}
    </Called>
  );
}

const back = { href: '/sources', label: 'Sources' };

const unknown = (
  <Empty icon="sources" title="There is no such source">
    <p>gateway.yaml does not name it, so requests to it are answered 404.</p>
  </Empty>
);

function Found({ source }: { readonly source: ApiSource }) {
  const { name, title, off, url, setup, docs } = source;
  return (
    <>
      <PageHeader
        title={name}
        tab={`${name} · Sources`}
        back={back}
        sub={
          <span class="line">
            <Mark {...sourceMark(source)} />
            {title}
          </span>
        }
      >
        {off === null && <SendSample source={source} onSent={tellSent} />}
      </PageHeader>
      {off !== null && (
        <div class="note warn">
          <Icon name="info" />
          <span>Off: {off}. Requests are answered 503, so that the sender tries again; nothing is stored.</span>
        </div>
      )}
      <Told source={source} />
      <section class="panel">
        <div class="panel-head">
          <h2 class="grow">Connect {title}</h2>
          <a href={docs} target="_blank" rel="noreferrer noopener" class="line small">
            How it signs
            <Icon name="out" />
          </a>
        </div>
        <div class="panel-body stack">
          <div class="stack tight">
            <h3>URL</h3>
            <Url url={url} />
            {!url.startsWith('http') && (
              <p class="muted small">Set PUBLIC_URL to the address that the world reaches the gateway at.</p>
            )}
          </div>
          <ol class="steps">
            {setup.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
      </section>
      <Figures source={source} />
      <Secrets source={source} />
      <Traffic source={source} />
      <Bridge />
    </>
  );
}

/** Nothing proves who told it, so how many did is told with it. */
function Told({ source: { told_secret: told } }: { readonly source: ApiSource }) {
  if (told === null) return null;
  const { secret, at, others } = told;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>The secret that the sender told</h2>
      </div>
      <div class="panel-body stack tight">
        <p class="line">
          <span class="mono break">{visibleText(secret)}</span>
          <Copy text={secret} label="Copy the secret" />
        </p>
        {others === 0 ? (
          <p>
            It came <Time at={at} />. Set it as the secret of this source, and restart the gateway: until then it is in
            memory alone.
          </p>
        ) : (
          <div class="note warn">
            <Icon name="info" />
            <span>
              {counted(others, 'other')} came before it, and anybody can send one. Restart the gateway and set the
              webhook up again, so that only the sender has told a secret.
            </span>
          </div>
        )}
      </div>
    </section>
  );
}

function tellSent(sent: ApiSentSample): void {
  const refusal = refusalOf(sent);
  if (refusal !== undefined) toast({ tone: 'bad', text: refusal });
  else
    toast({
      tone: 'good',
      text: `${sent.sample} was received`,
      ...(sent.event_id === null ? {} : { action: { label: 'See the event', href: `/events/${sent.event_id}` } }),
    });
}

const titles = { translated: 'Translated', unmatched: 'Unmatched', failed: 'Failed', received: 'Received' } as const;

function Figures({ source: { name, events, last_event_at } }: { readonly source: ApiSource }) {
  const of = `source=${encodeURIComponent(name)}`;
  return (
    <div class="tiles">
      <div class="panel tile">
        <span class="label">Last event</span>
        <span class="figure small-figure">{last_event_at === null ? 'none yet' : <Time at={last_event_at} />}</span>
      </div>
      {(['translated', 'unmatched', 'failed', 'received'] as const).map((status) => (
        <div key={status} class="panel tile">
          <span class="label">
            <a href={`/events?${of}&status=${status}`}>{titles[status]}</a>
          </span>
          <span class="figure">{number(events[status])}</span>
        </div>
      ))}
    </div>
  );
}

function Secrets({ source: { secrets, secret_used, signs_url, unsigned } }: { readonly source: ApiSource }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Verification</h2>
      </div>
      <div class="panel-body stack tight">
        <p>{secretText(secrets)}</p>
        {secret_used !== null && (
          <p>
            The last request, <Time at={secret_used.at} />, was signed with{' '}
            <strong>{secret_used.number === secrets ? 'the last' : `number ${secret_used.number}`}</strong> of them.{' '}
            {secret_used.number === secrets
              ? 'Once the sender uses it for all requests, the others can be taken out of gateway.yaml.'
              : 'Keep it until the sender uses the newer one.'}
          </p>
        )}
        {unsigned && <p>Nothing is signed: whoever learns the URL with its secret can send anything.</p>}
        {signs_url && <p>The signature covers the URL, so it must be exactly the one above.</p>}
        <p class="muted small">
          To rotate: set both, the old one first, as in <code>old,new</code>; change it at the sender; then take the old
          one out.
        </p>
      </div>
    </section>
  );
}

function secretText(secrets: number): string {
  if (secrets === 0) return 'No secret is set, so nothing can be verified.';
  return secrets === 1 ? 'One secret is accepted.' : `${secrets} secrets are accepted: one is being rotated.`;
}

function Traffic({ source }: { readonly source: ApiSource }) {
  const { name } = source;
  const [{ range: said }, change] = useUrlState(['range']);
  const range = rangeIn(said);
  const series = useSeries(range, { source: name });
  return (
    <>
      <div class="line apart">
        <h2>Traffic</h2>
        <RangeChoice
          range={range}
          onChoose={(chosen: Range) => change({ range: chosen === '24h' ? '' : chosen }, true)}
        />
      </div>
      <Answered of={series}>
        {(data) => (
          <div class="charts">
            <VolumeChart series={data} of={name} />
            <StitchChart series={data} of={name} />
          </div>
        )}
      </Answered>
      <Refusals source={source} range={range} totals={series.data?.sources.find((one) => one.name === name)?.totals} />
    </>
  );
}
