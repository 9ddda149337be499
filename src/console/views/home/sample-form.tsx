import { useState } from 'preact/hooks';
import type { ApiSentSample, ApiSource } from '../../../api-shapes/configured.ts';
import { api } from '../../api/client.ts';
import { tellChanged } from '../../api/live.ts';
import { announce } from '../../state/announce.ts';
import { toastProblem } from '../../state/toasts.ts';
import { Icon } from '../../ui/icon.tsx';

interface SampleFormProps {
  readonly source: ApiSource;
  readonly onSent: (sent: ApiSentSample) => void;
}

/** Sends one of the samples that come with a source, as its sender would. */
export function SampleForm({ source: { name, off, samples }, onSent }: SampleFormProps) {
  const [sample, setSample] = useState(samples[0] ?? '');
  const [isSending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  if (samples.length === 0)
    return <p class="muted">No samples come with this source; send something from its own side.</p>;
  const send = async (): Promise<void> => {
    setSending(true);
    setRefusal(undefined);
    try {
      const path = `/sources/${encodeURIComponent(name)}/sample`;
      const sent = await api<ApiSentSample>(path, { method: 'POST', body: { sample } });
      if (sent.status === 200) announce(`${sample} was received`);
      else setRefusal(`The receiver answered ${sent.status}: ${sent.message ?? 'no reason given'}`);
      onSent(sent);
    } catch (error) {
      toastProblem(error);
    }
    setSending(false);
    tellChanged('events', 'deliveries');
  };
  return (
    <>
      <div class="line">
        <select
          class="input"
          aria-label="sample"
          value={sample}
          onChange={({ currentTarget }) => setSample(currentTarget.value)}
        >
          {samples.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <button
          type="button"
          class="button main-action"
          disabled={isSending || off !== null}
          onClick={() => void send()}
        >
          {isSending ? <span class="spinner" aria-hidden="true" /> : <Icon name="send" />}
          Send sample
        </button>
      </div>
      {refusal !== undefined && (
        <div class="note bad" role="alert">
          <Icon name="problems" />
          <span>{refusal}</span>
        </div>
      )}
    </>
  );
}
