import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { forEveryChange, scenarios } from './registry.ts';
import { type Goal, type Report, type Scenario, type SizeName, sizeInWords, sizeNames } from './scenario.ts';

/** `npm run torture -- <name>|ci|all [--size ci|release] [--seed N]`: says what held and exits 1 where something did not. */

const usage = 'usage: npm run torture -- <name>|ci|all [--size ci|release] [--seed N]';
const reports = 'reports';

interface Run {
  readonly size: SizeName;
  readonly seed: number;
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { size: { type: 'string', default: 'ci' }, seed: { type: 'string' } },
  });
  const [name, ...others] = positionals;
  const size = sizeNames.find((known) => known === values.size);
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  const chosen = chosenBy(name);
  if (name === undefined) return list();
  if (others.length > 0 || size === undefined || !Number.isSafeInteger(seed) || chosen.length === 0) {
    process.stderr.write(`${usage}\n`);
    list();
    return 2;
  }
  const missed: string[] = [];
  for (const scenario of chosen) if (!(await holds(scenario, { size, seed }))) missed.push(scenario.name);
  if (chosen.length > 1) say(missed.length === 0 ? `all ${chosen.length} hold` : `missed: ${missed.join(', ')}`);
  return missed.length === 0 ? 0 : 1;
}

/** One of them, those that every change has to pass, or all. */
function chosenBy(name: string | undefined): readonly Scenario[] {
  if (name === 'all') return scenarios;
  return name === 'ci' ? forEveryChange : scenarios.filter((scenario) => scenario.name === name);
}

function list(): number {
  say(usage);
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  for (const { name, description } of scenarios) say(`  ${name.padEnd(width)}  ${description}`);
  return 0;
}

async function holds(scenario: Scenario, { size: sizeName, seed }: Run): Promise<boolean> {
  const { name } = scenario;
  const size = scenario.sizes[sizeName];
  say(`${name} (${sizeName}: ${sizeInWords(size)}; --seed ${seed})`);
  const startedMs = performance.now();
  const report = await reportOf(scenario.run({ size, seed }));
  for (const goal of report.goals) say(inWords(goal));
  if (report.fault !== undefined) say(`  ✗ it could not be run: ${report.fault}`);
  const ok = report.fault === undefined && report.goals.every((goal) => goal.ok);
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  const line = JSON.stringify({ scenario: name, ok, seed, size: sizeName, sizes: size, seconds, ...report });
  say(line);
  await mkdir(reports, { recursive: true });
  await writeFile(`${reports}/${name}.json`, `${line}\n`);
  return ok;
}

/** One that breaks off counts as missed and does not keep the next ones from running. */
async function reportOf(running: Promise<Report>): Promise<Report & { readonly fault?: string }> {
  try {
    return await running;
  } catch (error) {
    return { goals: [], figures: {}, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const inWords = ({ name, limit, measured, ok }: Goal): string => `  ${ok ? '✓' : '✗'} ${name}: ${measured} (${limit})`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

// Ended by exit, so that what was started ends as well.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.exitCode = await main(process.argv.slice(2));
