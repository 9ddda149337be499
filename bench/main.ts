/** `npm run bench [-- <scenario> …]`: figures of one run on this machine, as a table and as JSON. Loopback and disk only. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunOptions, Scenario } from './bench-run.ts';
import { isMet, type Report } from './report/report.ts';
import { reportText } from './report/text.ts';
import { burst } from './scenarios/burst.ts';
import { growth } from './scenarios/growth.ts';
import { identity } from './scenarios/identity.ts';
import { idle } from './scenarios/idle.ts';
import { latency } from './scenarios/latency.ts';
import { mapping } from './scenarios/mapping.ts';
import { pipeline } from './scenarios/pipeline.ts';
import { postgres } from './scenarios/postgres.ts';
import { receive } from './scenarios/receive.ts';

const scenarios: readonly Scenario[] = [receive, pipeline, latency, mapping, growth, burst, idle, postgres, identity];

const usage = `usage: npm run bench [-- <scenario> …] [--size quick|full] [--seed <number>] [--only <text>] [--json <file>] [--profile <folder>] [--assert]
scenarios:
${scenarios.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}`;

interface Arguments extends RunOptions {
  readonly chosen: readonly Scenario[];
  readonly json: string;
  readonly assert: boolean;
}

function readArguments(): Arguments | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: 'string', default: 'full' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string', default: 'bench/results/latest.json' },
      only: { type: 'string', multiple: true, default: [] },
      profile: { type: 'string' },
      assert: { type: 'boolean', default: false },
    },
  });
  const { size, seed, json, only, profile, assert } = values;
  const unknown = positionals.some((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown || (size !== 'quick' && size !== 'full')) return undefined;
  const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { chosen, size, seed: Number(seed), json, only, profileTo: profile, assert };
}

async function run({ chosen, json, assert, ...options }: Arguments): Promise<void> {
  const { size, seed } = options;
  const reports: Record<string, Report> = {};
  const startedAt = new Date().toISOString();
  for (const scenario of chosen) {
    console.log(`\n${scenario.name}: ${scenario.about}`);
    const report = await scenario.run(options);
    reports[scenario.name] = report;
    console.log(`\n${reportText(report)}`);
    const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model ?? '' };
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, `${JSON.stringify({ startedAt, ...machine, size, seed, reports }, null, 2)}\n`);
  }
  console.log(`\n${json}`);
  if (assert && !Object.values(reports).every(({ goals }) => goals.every(isMet))) process.exitCode = 1;
}

const given = readArguments();
if (given === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await run(given);
  process.exit();
}
