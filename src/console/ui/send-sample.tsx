import { useState } from 'preact/hooks';
import type { ApiSentSample, ApiSource } from '../../api-shapes/configured.ts';
import { api } from '../api/client.ts';
import { tellChanged } from '../api/live.ts';
import { toastProblem } from '../state/toasts.ts';
import { Icon } from './icon.tsx';

interface SendSampleProps {
  readonly source: Pick<ApiSource, 'name' | 'off' | 'samples'>;
  /** Whether it is what the page is for. */
  readonly isMain?: boolean;
  readonly onSending?: () => void;
  readonly onSent: (sent: ApiSentSample) => void;
}

/** Signs one of the samples that come with a source as its sender would, and posts it to our own receiver. */
export function SendSample({ source: { name, off, samples }, isMain = false, onSending, onSent }: SendSampleProps) {
  const [sample, setSample] = useState(samples[0] ?? '');
  const [isSending, setSending] = useState(false);
  const send = async (): Promise<void> => {
    setSending(true);
    onSending?.();
    try {
      const path = `/sources/${encodeURIComponent(name)}/sample`;
      onSent(await api<ApiSentSample>(path, { method: 'POST', body: { sample } }));
    } catch (error) {
      toastProblem(error);
    }
    setSending(false);
    tellChanged('events', 'deliveries');
  };
  return (
    <>
      {samples.length > 1 && (
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
      )}
      <button
        type="button"
        class={`button ${isMain ? 'main-action' : ''}`}
        disabled={isSending || off !== null}
        onClick={() => void send()}
      >
        {isSending ? <span class="spinner" aria-hidden="true" /> : <Icon name="send" />}
        Send sample
      </button>
    </>
  );
}

/** Why it was not taken; undefined where it was. */
export const refusalOf = ({ status, message }: ApiSentSample): string | undefined =>
  status === 200 ? undefined : `The receiver answered ${status}: ${message ?? 'no reason given'}`;
