import type { ApiPath, ApiTested } from '../../../api-shapes/playground.ts';
import type { Position } from '../../../model/error.ts';
import type { Linked } from './links.ts';
import type { Previewed } from './use-preview.ts';

/** What the results are given, all of them the same. */
export interface ResultProps {
  readonly previewed: Previewed;
  readonly hasSubject: boolean;
  readonly linked: Linked;
  readonly tested: ApiTested | undefined;
  readonly isTesting: boolean;
  readonly selected: string;
  readonly onSelect: (tab: string) => void;
  readonly onGoTo: (position: Pick<Position, 'line' | 'column'>) => void;
  readonly onPointPayload: (path: ApiPath | null) => void;
  readonly onPointMapping: (path: ApiPath | null) => void;
  readonly onRunTests: () => void;
}
