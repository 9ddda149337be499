import { useEffect, useState } from 'preact/hooks';
import type { ApiTested } from '../../../api-shapes/playground.ts';
import { api } from '../../api/client.ts';
import { announce } from '../../state/announce.ts';
import { toastProblem } from '../../state/toasts.ts';
import type { MappingText } from './use-mapping-text.ts';

export interface TestState {
  readonly tested: ApiTested | undefined;
  readonly isTesting: boolean;
  readonly run: () => void;
  /** Also a save runs them. */
  readonly tell: (tested: ApiTested) => void;
}

/** The mapping's own tests on the text as it is typed. */
export function useTests(opened: MappingText | undefined): TestState {
  const [tested, tell] = useState<ApiTested>();
  const [isTesting, setTesting] = useState(false);
  const file = opened?.file;
  useEffect(() => tell(undefined), [file]);
  const run = async (): Promise<void> => {
    if (opened === undefined || isTesting) return;
    setTesting(true);
    try {
      const path = `/mappings/${encodeURIComponent(opened.file)}/test`;
      const found = await api<ApiTested>(path, { method: 'POST', body: { text: opened.text } });
      tell(found);
      announce(`${found.results.filter(({ ok }) => ok).length} of ${found.results.length} tests passed`);
    } catch (error) {
      toastProblem(error);
    }
    setTesting(false);
  };
  return { tested, isTesting, run: () => void run(), tell };
}
