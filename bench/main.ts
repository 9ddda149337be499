/** `npm run bench [-- <scenario> …]`: figures of one run on this machine, as a table and as JSON. Loopback and disk only. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunOptions, Scenario } from './bench-run.ts';
import { type Results, writePage } from './report/page.ts';
import { isMet, measuredOnly, type Report } from './report/report.ts';
import { reportText } from './report/text.ts';
import { scenarios } from './scenarios/index.ts';

const usage = `usage: npm run bench [-- [<scenario> …] [options]]
  --size quick|full    quick only shows that everything works (default: full)
  --only <text>        of what a scenario compares, only what has this in its name; may be repeated
  --seed <number>      which events are sent (default: 1)
  --json <file>        where the figures go (default: bench/results/latest.json)
  --profile <folder>   CPU profiles of the gateways
  --assert             exit code 1 where a goal is missed
  --docs               runs nothing: puts the figures of that file into docs/performance.md
scenarios:
${scenarios.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}`;

interface Arguments extends RunOptions {
  readonly chosen: readonly Scenario[];
  readonly json: string;
  readonly assert: boolean;
  readonly docs: boolean;
}

const optionKinds = {
  size: { type: 'string', default: 'full' },
  seed: { type: 'string', default: '1' },
  json: { type: 'string', default: 'bench/results/latest.json' },
  only: { type: 'string', multiple: true },
  profile: { type: 'string' },
  assert: { type: 'boolean', default: false },
  docs: { type: 'boolean', default: false },
} as const;

/** Undefined where they make no sense. */
function readArguments(): Arguments | undefined {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: optionKinds });
    const { size, seed, profile, only = [], ...others } = values;
    const isUnknown = positionals.some((name) => !scenarios.some((scenario) => scenario.name === name));
    if (isUnknown || (size !== 'quick' && size !== 'full') || !Number.isInteger(Number(seed))) return undefined;
    const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    return { ...others, chosen, only, size, seed: Number(seed), profileTo: profile };
  } catch {
    // An option that there is not.
    return undefined;
  }
}

/** Contenders are measured as they are installed, not from their TypeScript files. */
function build(): void {
  const built = spawnSync('npm', ['run', 'build'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the gateway cannot be built:\n${built.stdout}${built.stderr}`);
}

async function run({ chosen, json, assert, ...options }: Arguments): Promise<void> {
  const { size, seed } = options;
  const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model ?? '' };
  build();
  const reports: Record<string, Report> = {};
  const startedAt = new Date().toISOString();
  for (const scenario of chosen) {
    console.log(`\n${scenario.name}: ${scenario.about}`);
    const report = measuredOnly(await scenario.run(options));
    reports[scenario.name] = report;
    console.log(`\n${reportText(report)}`);
    const results: Results = { startedAt, ...machine, size, seed, reports };
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  }
  console.log(`\n${json}`);
  if (assert && !Object.values(reports).every(({ goals }) => goals.every(isMet))) process.exitCode = 1;
}

const given = readArguments();
if (given === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else if (given.docs) {
  writePage(JSON.parse(readFileSync(given.json, 'utf8')) as Results);
} else {
  await run(given);
  process.exit();
}
