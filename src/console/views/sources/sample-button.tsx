import { useState } from 'preact/hooks';
import type { ApiSentSample, ApiSource } from '../../../api-shapes/configured.ts';
import { api } from '../../api/client.ts';
import { tellChanged } from '../../api/live.ts';
import { toast, toastProblem } from '../../state/toasts.ts';
import { Icon } from '../../ui/icon.tsx';

/** Signs a shipped sample as the sender would, and posts it to our own receiver. */
export function SampleButton({ source: { name, samples } }: { readonly source: Pick<ApiSource, 'name' | 'samples'> }) {
  const [sample, setSample] = useState(samples[0] ?? '');
  const [isSending, setSending] = useState(false);
  const [first] = samples;
  if (first === undefined) return null;
  const send = async (): Promise<void> => {
    setSending(true);
    try {
      tellSent(
        await api<ApiSentSample>(`/sources/${encodeURIComponent(name)}/sample`, { method: 'POST', body: { sample } }),
      );
    } catch (error) {
      toastProblem(error);
    }
    setSending(false);
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
      <button type="button" class="button" disabled={isSending} onClick={() => void send()}>
        {isSending ? <span class="spinner" aria-hidden="true" /> : <Icon name="send" />}
        Send sample
      </button>
    </>
  );
}

function tellSent({ sample, status, event_id, message }: ApiSentSample): void {
  tellChanged('events', 'deliveries');
  if (status !== 200) toast({ tone: 'bad', text: `the receiver answered ${status}: ${message ?? 'no reason given'}` });
  else
    toast({
      tone: 'good',
      text: `${sample} was received`,
      ...(event_id === null ? {} : { action: { label: 'See the event', href: `/events/${event_id}` } }),
    });
}
