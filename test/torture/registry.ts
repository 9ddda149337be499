import { bulkhead } from './bulkhead.ts';
import { chaos } from './chaos.ts';
import { clock } from './clock.ts';
import { corrupt } from './corrupt.ts';
import { crash } from './crash.ts';
import { crashPipeline } from './crash-pipeline.ts';
import { diskfull } from './diskfull.ts';
import { drain } from './drain.ts';
import { fsync } from './fsync.ts';
import { herd } from './herd.ts';
import { locked } from './locked.ts';
import { move } from './move.ts';
import { poison } from './poison.ts';
import { reload } from './reload.ts';
import { replay } from './replay.ts';
import { replicas } from './replicas.ts';
import { sandbox } from './sandbox.ts';
import type { Scenario } from './scenario.ts';
import { signatures } from './signatures.ts';
import { slow } from './slow.ts';
import { soakSimulation } from './soak-simulation.ts';

/** Every scenario, in the order in which `all` runs them. A new one is a file, a line here and a row in docs/torture.md. */
export const scenarios: readonly Scenario[] = [
  // The process ends.
  crash,
  crashPipeline,
  drain,
  replicas,
  move,
  // Destinations misbehave.
  chaos,
  bulkhead,
  herd,
  // Events and mappings are hostile.
  sandbox,
  reload,
  poison,
  // An operator repairs.
  replay,
  // Senders are.
  signatures,
  slow,
  // Time does.
  clock,
  soakSimulation,
  // The storage does.
  fsync,
  locked,
  diskfull,
  corrupt,
];

/** What every change has to pass: no goal that a busy machine would miss, and nothing that needs special rights. */
export const forEveryChange: readonly Scenario[] = [...[poison, replay, clock], ...[soakSimulation, corrupt]];
