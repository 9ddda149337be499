import { useState } from 'preact/hooks';
import type { ApiSentSample, ApiSource } from '../../../api-shapes/configured.ts';
import { announce } from '../../state/announce.ts';
import { Icon } from '../../ui/icon.tsx';
import { refusalOf, SendSample } from '../../ui/send-sample.tsx';

interface SampleFormProps {
  readonly source: ApiSource;
  readonly onSent: (sent: ApiSentSample) => void;
}

/** The step of sending a sample, and what the receiver has against it. */
export function SampleForm({ source, onSent }: SampleFormProps) {
  const [refusal, setRefusal] = useState<string>();
  if (source.samples.length === 0)
    return <p class="muted">No samples come with this source; send something from its own side.</p>;
  const sent = (answer: ApiSentSample): void => {
    const refused = refusalOf(answer);
    setRefusal(refused);
    if (refused === undefined) announce(`${answer.sample} was received`);
    onSent(answer);
  };
  return (
    <>
      <div class="line">
        <SendSample source={source} isMain onSending={() => setRefusal(undefined)} onSent={sent} />
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
