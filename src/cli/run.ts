import { Command, CommanderError } from 'commander';
import { type FaultCode, GatewayError } from '../model/error.ts';
import { exitCodes, type Verb, type VerbGroup } from './command.ts';
import { backupCommand } from './commands/backup.ts';
import { deliveriesCommand } from './commands/deliveries.ts';
import { demoCommand } from './commands/demo.ts';
import { destinationsCommand } from './commands/destinations.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { eventsCommand } from './commands/events.ts';
import { explainCommand } from './commands/explain.ts';
import { forgetCommand } from './commands/forget.ts';
import { healthCommand } from './commands/health.ts';
import { identitiesCommand } from './commands/identities.ts';
import { initCommand } from './commands/init.ts';
import { migrateCommand } from './commands/migrate.ts';
import { migrateStoreCommand } from './commands/migrate-store.ts';
import { problemsCommand } from './commands/problems.ts';
import { redeliverCommand } from './commands/redeliver.ts';
import { replayCommand } from './commands/replay.ts';
import { replaysCommand } from './commands/replays.ts';
import { restoreCommand } from './commands/restore.ts';
import { schemaCommand } from './commands/schema.ts';
import { sendCommand } from './commands/send.ts';
import { serveCommand } from './commands/serve.ts';
import { testCommand } from './commands/test.ts';
import { tryCommand } from './commands/try.ts';
import { validateCommand } from './commands/validate.ts';
import { print, printError, style } from './output.ts';

const verbs: readonly (Verb | VerbGroup)[] = [
  ...[serveCommand, demoCommand, initCommand, validateCommand, testCommand, sendCommand, eventsCommand],
  ...[tryCommand, evalCommand],
  ...[problemsCommand, redeliverCommand, replayCommand, replaysCommand],
  ...[identitiesCommand, forgetCommand],
  ...[backupCommand, restoreCommand, doctorCommand, migrateCommand, migrateStoreCommand],
  ...[deliveriesCommand, destinationsCommand, schemaCommand, explainCommand, healthCommand],
];

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
  for (const verb of verbs) {
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
