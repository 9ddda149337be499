import { Command, CommanderError } from 'commander';
import { GatewayError } from '../model/error.ts';
import { exitCodes, type Verb } from './command.ts';
import { demoCommand } from './commands/demo.ts';
import { healthCommand } from './commands/health.ts';
import { schemaCommand } from './commands/schema.ts';
import { sendCommand } from './commands/send.ts';
import { serveCommand } from './commands/serve.ts';
import { testCommand } from './commands/test.ts';
import { validateCommand } from './commands/validate.ts';
import { print, printError, style } from './output.ts';

const verbs: readonly Verb[] = [
  serveCommand,
  demoCommand,
  validateCommand,
  testCommand,
  sendCommand,
  schemaCommand,
  healthCommand,
];

/** Parses, dispatches, and turns what went wrong into an exit code: 0 ok, 1 problems found, 2 wrong use. */
export async function run(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok;
  const program = new Command('hookstitch')
    .description('Turns third-party webhooks into product-analytics events.')
    .configureOutput({ writeOut: (text) => print(text.trimEnd()), writeErr: (text) => printError(text.trimEnd()) })
    .exitOverride();
  for (const verb of verbs) {
    const command = program.command(verb.usage).description(verb.description).exitOverride();
    verb.configure?.(command);
    command.action(async (...parameters: readonly unknown[]) => {
      // Commander hands over the arguments, then the options, then the command itself.
      const options = parameters.at(-2) as Readonly<Record<string, unknown>>;
      code = await verb.run(parameters.slice(0, -2), options);
    });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  // Commander has already written its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.wrongUse;
  if (!(error instanceof GatewayError)) throw error;
  printError(`${style('red', 'error')} ${error.message}  [${error.code}]`);
  if (error.hint !== undefined) printError(`  ${error.hint}`);
  return error.code === 'CONFIG_INVALID' || error.code === 'SOURCE_UNKNOWN' ? exitCodes.wrongUse : exitCodes.problems;
}
