import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dotEnv, type NamedVariable, variablesToSet } from '../../config/dot-env.ts';
import { type Environment, readEnvironment } from '../../config/environment.ts';
import { senderNamed } from '../../config/sender.ts';
import { shippedMappings } from '../../config/shipped-mappings.ts';
import {
  type StarterChoice,
  starterDestinations,
  starterFiles,
  starterSample,
  starterSources,
  starters,
} from '../../config/starter.ts';
import { withTests } from '../../config/starter-tests.ts';
import { suggest } from '../../diagnostics/closest.ts';
import { setupSteps } from '../../sources/source.ts';
import { type Asker, askerOnTerminal } from '../ask.ts';
import { exitCodes, type Verb } from '../command.ts';
import { plainText, print, printError, style } from '../output.ts';
import { type Outcome, type WantedFile, writeFiles } from '../write-files.ts';

/** `hookstitch init`: a folder that works, with one tested mapping, from a few questions or flags. */
export const initCommand: Verb = {
  usage: 'init',
  description: 'write gateway.yaml, a tested mapping and .env, and tell what to do at the sender',
  configure: (command) =>
    command
      .option('--source <names>', 'who sends to you, as hookstitch sources lists them')
      .option('--destination <names>', `where the events go: ${starterDestinations.join(', ')}`)
      .option('--dir <folder>', 'where to write', '.')
      .option('--yes', 'ask nothing; secrets stay empty in .env')
      .option('--force', 'overwrite mappings that are there already'),
  run: async (_args, options) => {
    const asker = options.yes === true ? undefined : askerOnTerminal();
    try {
      return await initWith(options, asker);
    } finally {
      asker?.close();
    }
  },
};

/** Asks for what the options leave open; without anybody to ask, they must say it all. */
export async function initWith(
  { source, destination, dir, force }: Readonly<Record<string, unknown>>,
  asker: Asker | undefined,
  environment: Environment = readEnvironment(String(dir)),
): Promise<number> {
  const choice = await choose({ source, destination }, asker);
  if (typeof choice !== 'string')
    return writeStarter(choice, { folder: String(dir), asker, force: force === true, environment });
  printError(choice);
  return exitCodes.wrongUse;
}

/** Those that most people ask for. */
const offered = Object.keys(starters).join(', ');

interface Flags {
  readonly source: unknown;
  readonly destination: unknown;
}

/** From the flags, and from questions for what they leave open; a text says what is wrong. */
async function choose(flags: Flags, asker: Asker | undefined): Promise<StarterChoice | string> {
  const source =
    flags.source ?? (await asker?.ask(`Who sends to you? ${offered}, or another of hookstitch sources [stripe] `));
  const destination =
    flags.destination ?? (await asker?.ask(`Where do the events go? ${starterDestinations.join(', ')} [usermaven] `));
  if (source === undefined || destination === undefined) {
    return `say which: hookstitch init --source <one of hookstitch sources> --destination ${starterDestinations.join('|')}`;
  }
  const choice = {
    sources: listed(String(source), 'stripe'),
    destinations: listed(String(destination), 'usermaven'),
  };
  return (
    unknownName('source', choice.sources, starterSources) ??
    unknownName('destination', choice.destinations, starterDestinations) ??
    choice
  );
}

const listed = (names: string, fallback: string): readonly string[] => [
  ...new Set((names.trim() || fallback).toLowerCase().split(/[\s,]+/)),
];

function unknownName(what: string, names: readonly string[], known: readonly string[]): string | undefined {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  const hint = suggest(unknown, known, { what: 'there are', otherwise: '' });
  return `no ${what} called "${plainText(unknown)}"; ${hint}`;
}

interface Target {
  readonly folder: string;
  readonly asker: Asker | undefined;
  readonly force: boolean;
  /** What is set already, there or around. */
  readonly environment: Environment;
}

async function writeStarter(choice: StarterChoice, target: Target): Promise<number> {
  const { folder, asker, force, environment } = target;
  const files = await withTests(starterFiles(choice, (path) => readFileSync(join(shippedMappings, path), 'utf8')));
  const variables = variablesToSet(files[0]?.text ?? '');
  const values = await askForValues(variables, target);
  const wanted: readonly WantedFile[] = [
    ...files.map(({ path, text }) => ({ path: join(folder, 'mappings', path), text: () => text })),
    {
      path: join(folder, '.env'),
      text: (existing) => dotEnv(variables, values, existing),
      mode: 0o600,
      keepsExisting: true,
    },
  ];
  const mayOverwrite = async (path: string): Promise<boolean> =>
    force || (await asker?.ask(`${path} is there already and differs. Overwrite it? [y/N] `))?.toLowerCase() === 'y';
  const outcomes = await writeFiles(wanted, mayOverwrite, asker === undefined && !force);
  for (const { path, outcome } of outcomes) print(`${outcomeWords[outcome].padEnd(8)} ${path}`);
  if (outcomes.some(({ outcome }) => outcome === 'refused')) {
    printError('nothing was written, because these files are there already; --force overwrites them');
    return exitCodes.problems;
  }
  const isOpen = ({ name }: NamedVariable): boolean => !values[name] && environment.get(name) === undefined;
  const open = variables.filter((variable) => variable.isNeeded && isOpen(variable)).map(({ name }) => name);
  printNextSteps(choice, folder, { open, publicUrl: values[publicUrlName] });
  return exitCodes.ok;
}

const outcomeWords: Readonly<Record<Outcome, string>> = {
  written: 'wrote',
  extended: 'added to',
  unchanged: 'has',
  kept: 'kept',
  refused: 'exists',
};

const publicUrlName = 'PUBLIC_URL';

/**
 * Only what is needed to start and is not set yet, and only on a terminal. What is set stays where it is, but for our
 * own URL, which is no secret.
 */
async function askForValues(
  variables: readonly NamedVariable[],
  { asker, environment }: Pick<Target, 'asker' | 'environment'>,
): Promise<Readonly<Record<string, string>>> {
  const publicUrl = environment.get(publicUrlName);
  const values: Record<string, string> = publicUrl === undefined ? {} : { [publicUrlName]: publicUrl };
  if (asker === undefined) return values;
  for (const { name, of, description, isNeeded } of variables) {
    if ((!isNeeded && name !== publicUrlName) || environment.get(name) !== undefined) continue;
    const question = `${of}: ${description}\n${name} (empty: later) `;
    values[name] = await asker.ask(question, /SECRET|TOKEN|KEY/.test(name));
  }
  return values;
}

interface Known {
  /** The variables that are still to be set. */
  readonly open: readonly string[];
  readonly publicUrl: string | undefined;
}

function printNextSteps({ sources, destinations }: StarterChoice, folder: string, { open, publicUrl }: Known): void {
  const base = publicUrl?.replace(/\/+$/, '') || `<${publicUrlName}>`;
  for (const name of sources) {
    const source = senderNamed(name)?.source;
    if (source === undefined) continue;
    print(`\n${style('bold', `At ${source.title}`)}`);
    const steps = setupSteps(source, { url: `${base}/in/${name}`, local: `localhost:8080/in/${name}` });
    for (const [index, step] of steps.entries()) print(`  ${index + 1}. ${step}`);
  }
  print(`\n${style('bold', 'Then')}`);
  const there = folder === '.' ? [] : [[`cd ${folder}`, '']];
  const commands = [
    ...there,
    ...(destinations.includes('http')
      ? [['edit mappings/gateway.yaml', 'the request of http; then what the tests of your mappings expect of it']]
      : []),
    ...(open.length === 0 ? [] : [['edit .env', `still empty: ${open.join(', ')}`]]),
    ['hookstitch validate', 'every problem of the files, with line and column'],
    ['hookstitch test', "the mappings' own tests; nothing is sent"],
    ['hookstitch serve', 'receives on port 8080'],
    ...sources.flatMap((name) =>
      senderNamed(name)?.signsAlone === true
        ? []
        : [[`hookstitch send ${name}.${starterSample(name)}`, 'a signed sample, from another terminal']],
    ),
  ];
  const width = Math.max(...commands.map(([command = '']) => command.length));
  for (const [command = '', why = ''] of commands) print(`  ${command.padEnd(width)}  ${why}`.trimEnd());
}
