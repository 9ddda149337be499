import type { Scenario } from '../bench-run.ts';
import { burst } from './burst.ts';
import { growth } from './growth.ts';
import { identity } from './identity.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { mapping } from './mapping.ts';
import { pagesOfConsole } from './pages.ts';
import { pipeline } from './pipeline.ts';
import { postgres } from './postgres.ts';
import { receive } from './receive.ts';
import { sending } from './sending.ts';

/** In the order in which `npm run bench` runs them. */
export const scenarios: readonly Scenario[] = [
  receive,
  pipeline,
  latency,
  mapping,
  sending,
  growth,
  burst,
  idle,
  postgres,
  identity,
  pagesOfConsole,
];
