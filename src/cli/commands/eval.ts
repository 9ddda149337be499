import { loadGatewayConfiguration, namesOf } from '../../config/load.ts';
import { consoleDestination } from '../../destinations/console.ts';
import { excerptOf } from '../../diagnostics/excerpt.ts';
import { renderProblem } from '../../diagnostics/format.ts';
import { isError } from '../../diagnostics/problem.ts';
import type { MappingDefinition } from '../../mapping/compile.ts';
import { PreviewEvaluator } from '../../mapping/evaluator/preview-evaluator.ts';
import { compileExpression } from '../../mapping/expression.ts';
import { readMapping } from '../../mapping/load.ts';
import { publicSettings } from '../../mapping/public-settings.ts';
import { endedRuns, type Run } from '../../mapping/run.ts';
import { scopesOf } from '../../mapping/static/scopes.ts';
import type { TraceEntry } from '../../mapping/trace.ts';
import { systemClock } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';
import type { PreviewEvent } from '../../pipeline/preview-event.ts';
import { chooseEvent } from '../chosen-event.ts';
import { type ChosenMapping, chooseMapping } from '../chosen-mapping.ts';
import { exitCodes, type Verb } from '../command.ts';
import { plainText, print, printError, printJson, style } from '../output.ts';

/** `hookstitch eval '<expr>'`: one expression on one event, or why it yields nothing. */
export const evalCommand: Verb = {
  usage: 'eval <expression>',
  description: 'one expression on an event: its value as JSON, or why it yields nothing',
  configure: (command) =>
    command
      .option('--event <event>', 'latest, an id (evt_…) or a file with a body')
      .option('--mapping <mapping>', 'a mapping whose let: names, and whose canonical event as $event, it may use')
      .option('--type <type>', "a file's event type where its body does not tell, as in post_call")
      .option('--json', 'machine-readable output'),
  run: async ([written], options) => {
    const configuration = await loadGatewayConfiguration();
    const { file, settings } = configuration;
    const chosen =
      typeof options.mapping === 'string' ? await chooseMapping(options.mapping, settings.mappingsDir) : undefined;
    const mapping = chosen === undefined ? undefined : readChosen(chosen, namesOf(file));
    if (chosen !== undefined && mapping === undefined) return exitCodes.problems;
    const text = String(written).trim().replace(/^=/, '').trim();
    if (!isExpression(text, mapping?.definition)) return exitCodes.problems;
    const { event } = await chooseEvent({
      wanted: textOf(options.event),
      type: textOf(options.type),
      mapping,
      configuration,
      clock: systemClock,
    });
    const result = await evaluate(text, {
      definition: mapping?.definition,
      event,
      vars: file.vars,
      interprets: settings.interprets,
    });
    return options.json === true ? reportJson(result) : report(result);
  },
};

const textOf = (option: unknown): string | undefined => (typeof option === 'string' ? option : undefined);

interface ReadChosen {
  readonly path: string;
  readonly definition: MappingDefinition;
}

/** Prints what is wrong with it; undefined where that is an error. */
function readChosen({ name, path, text }: ChosenMapping, known: ReturnType<typeof namesOf>): ReadChosen | undefined {
  const { definition, problems } = readMapping({ name, shown: path }, text, known);
  for (const problem of problems.filter(isError)) printError(renderProblem(problem));
  return definition === undefined ? undefined : { path, definition };
}

/** Prints what is wrong with its text, with a caret below the place. */
function isExpression(text: string, definition: MappingDefinition | undefined): boolean {
  const { let: lets = {}, event } = definition?.content ?? {};
  const known = [
    ...scopesOf({ lets: Object.keys(lets), hasForEach: false }).shared,
    ...(event === undefined ? [] : ['event']),
  ];
  const compiled = compileExpression(text, { variables: known });
  if (compiled.ok) return true;
  for (const { message, hint, offset } of compiled.problems) {
    const before = text.slice(0, offset).split('\n');
    const at = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const lines = [`${style('red', 'error')} ${message}`, excerptOf(text, at), `  hint: ${hint}`];
    printError(lines.filter((line) => line !== undefined).join('\n'));
  }
  return false;
}

type Result = TraceEntry['result'];

interface Evaluating {
  readonly definition: MappingDefinition | undefined;
  readonly event: PreviewEvent;
  readonly vars: JsonObject;
  readonly interprets: boolean;
}

const name = 'eval';

/** Through the evaluator of the gateway, as the only thing that a mapping sends: so it sees what a mapping would. */
async function evaluate(text: string, { definition, event, vars, interprets }: Evaluating): Promise<Result> {
  const evaluator = new PreviewEvaluator();
  const { let: lets, event: canonical } = definition?.content ?? {};
  const content: MappingDefinition['content'] = {
    version: 1,
    name,
    enabled: true,
    source: event.source,
    events: '*',
    ...(lets === undefined ? {} : { let: lets }),
    // Only where it is asked for: it may be what does not work yet.
    ...(canonical === undefined || !/\$event\b/.test(text) ? {} : { event: canonical }),
    destinations: { [name]: { payload: `=${text}` } },
  };
  const settings = publicSettings(consoleDestination, consoleDestination.sample);
  const setup = {
    mappings: [{ file: name, version: name, content }],
    destinations: [{ name, type: consoleDestination.name, settings }],
    vars,
    interprets,
  };
  try {
    const claimed = { ...event, claimedBy: 'wrk_eval', tries: 1, inLineSince: event.receivedAt } as const;
    const evaluation = await evaluator.evaluate(setup, claimed, {});
    return evaluation.kind === 'failed'
      ? { kind: 'fault', message: evaluation.message }
      : resultOf(endedRuns(evaluation.runs)[0]);
  } finally {
    await evaluator.stop();
  }
}

function resultOf(run: Run | undefined): Result {
  const own = run?.trace?.find(({ path }) => path[0] === 'destinations')?.result;
  if (own !== undefined) return own;
  // It was never reached: something that it builds upon has ended the run.
  switch (run?.outcome) {
    case 'failed':
      return { kind: 'fault', message: `${run.path}: ${run.message}` };
    case 'skipped':
      return { kind: 'skip', reason: run.reason };
    case 'translated':
    case undefined:
      return { kind: 'fault', message: 'was not evaluated' };
  }
}

function report(result: Result): number {
  const { why } = result;
  switch (result.kind) {
    case 'value':
      print(plainLines(JSON.stringify(result.value, null, 2)));
      break;
    case 'nothing':
      print('nothing');
      break;
    case 'skip':
      print(`skips: ${plainText(result.reason)}`);
      break;
    case 'fault':
      print(`fails: ${plainText(result.message)}`);
      break;
  }
  if (typeof why === 'string') printError(style('yellow', `! ${plainText(why)}`));
  return result.kind === 'value' ? exitCodes.ok : exitCodes.problems;
}

const plainLines = (text: string): string => text.split('\n').map(plainText).join('\n');

function reportJson(result: Result): number {
  printJson({ ok: result.kind === 'value', ...result, why: result.why ?? null });
  return result.kind === 'value' ? exitCodes.ok : exitCodes.problems;
}
