import { corrupt } from './corrupt.ts';
import { crash } from './crash.ts';
import { crashPipeline } from './crash-pipeline.ts';
import { diskfull } from './diskfull.ts';
import { drain } from './drain.ts';
import { fsync } from './fsync.ts';
import { locked } from './locked.ts';
import { reload } from './reload.ts';
import { sandbox } from './sandbox.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario, in the order in which `all` runs them. A new one is a file, a line here and a row in docs/torture.md. */
export const scenarios: readonly Scenario[] = [
  // The process ends.
  crash,
  crashPipeline,
  drain,
  // Events and mappings are hostile.
  sandbox,
  reload,
  // The storage does.
  fsync,
  locked,
  diskfull,
  corrupt,
];
