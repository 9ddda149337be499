import { Command, CommanderError } from 'commander';
import { type FaultCode, GatewayError } from '../model/error.ts';
import { exitCodes, type Verb, type VerbGroup } from './command.ts';
import { print, printError, style } from './output.ts';

type Load = () => Promise<Verb | VerbGroup>;

/** By their words, in the order of the help. Each in a module of its own, so that a verb waits for no other's. */
const verbs: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['serve', async () => (await import('./commands/serve.ts')).serveCommand],
  ['demo', async () => (await import('./commands/demo.ts')).demoCommand],
  ['init', async () => (await import('./commands/init.ts')).initCommand],
  ['validate', async () => (await import('./commands/validate.ts')).validateCommand],
  ['test', async () => (await import('./commands/test.ts')).testCommand],
  ['send', async () => (await import('./commands/send.ts')).sendCommand],
  ['events', async () => (await import('./commands/events.ts')).eventsCommand],
  ['try', async () => (await import('./commands/try.ts')).tryCommand],
  ['eval', async () => (await import('./commands/eval.ts')).evalCommand],
  ['problems', async () => (await import('./commands/problems.ts')).problemsCommand],
  ['redeliver', async () => (await import('./commands/redeliver.ts')).redeliverCommand],
  ['replay', async () => (await import('./commands/replay.ts')).replayCommand],
  ['replays', async () => (await import('./commands/replays.ts')).replaysCommand],
  ['identities', async () => (await import('./commands/identities.ts')).identitiesCommand],
  ['forget', async () => (await import('./commands/forget.ts')).forgetCommand],
  ['backup', async () => (await import('./commands/backup.ts')).backupCommand],
  ['restore', async () => (await import('./commands/restore.ts')).restoreCommand],
  ['setup', async () => (await import('./commands/setup.ts')).setupCommand],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctorCommand],
  ['migrate', async () => (await import('./commands/migrate.ts')).migrateCommand],
  ['migrate-store', async () => (await import('./commands/migrate-store.ts')).migrateStoreCommand],
  ['deliveries', async () => (await import('./commands/deliveries.ts')).deliveriesCommand],
  ['destinations', async () => (await import('./commands/destinations.ts')).destinationsCommand],
  ['sources', async () => (await import('./commands/sources.ts')).sourcesCommand],
  ['schema', async () => (await import('./commands/schema.ts')).schemaCommand],
  ['explain', async () => (await import('./commands/explain.ts')).explainCommand],
  ['health', async () => (await import('./commands/health.ts')).healthCommand],
]);

/** The one that is meant; all of them for the help, and for suggesting a word. */
function loaded(word: string | undefined): Promise<readonly (Verb | VerbGroup)[]> {
  const named = verbs.get(word ?? '');
  return Promise.all((named === undefined ? [...verbs.values()] : [named]).map((load) => load()));
}

/** Parses, dispatches, and turns what went wrong into an exit code: 0 ok, 1 problems found, 2 wrong use. */
export async function run(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok;
  const program = new Command('hookstitch')
    .description('Turns third-party webhooks into product-analytics events.')
    .configureOutput({ writeOut: (text) => print(text.trimEnd()), writeErr: (text) => printError(text.trimEnd()) })
    .exitOverride();
  const add = (parent: Command, verb: Verb, isDefault = false): void => {
    const command = parent.command(verb.usage, { isDefault }).description(verb.description).exitOverride();
    verb.configure?.(command);
    command.action(async (...parameters: readonly unknown[]) => {
      // Commander hands over the arguments, then the options, then the command itself.
      const options = parameters.at(-2) as Readonly<Record<string, unknown>>;
      code = await verb.run(parameters.slice(0, -2), options);
    });
  };
  for (const verb of await loaded(args[0])) {
    if (!('verbs' in verb)) {
      add(program, verb);
      continue;
    }
    const group = program.command(verb.name).description(verb.description).exitOverride();
    for (const [index, member] of verb.verbs.entries()) add(group, member, index === 0);
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

/** What whoever typed the command can correct. */
const wrongUses: ReadonlySet<FaultCode> = new Set(['CONFIG_INVALID', 'SOURCE_UNKNOWN', 'REQUEST_INVALID']);

function explain(error: unknown): number {
  // Commander has already written its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.wrongUse;
  if (!(error instanceof GatewayError)) throw error;
  printError(`${style('red', 'error')} ${error.message}  [${error.code}]`);
  if (error.hint !== undefined) printError(`  ${error.hint}`);
  return wrongUses.has(error.code) ? exitCodes.wrongUse : exitCodes.problems;
}
