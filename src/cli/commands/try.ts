import type { GatewayFile } from '../../config/gateway-file.ts';
import { loadGatewayConfiguration, namesOf } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { createSender } from '../../delivery/send.ts';
import { renderProblem } from '../../diagnostics/format.ts';
import { isError } from '../../diagnostics/problem.ts';
import { Asker, askedSource } from '../../lookups/ask.ts';
import { PreviewEvaluator } from '../../mapping/evaluator/preview-evaluator.ts';
import { readMapping } from '../../mapping/load.ts';
import { systemClock } from '../../model/clock.ts';
import { type Preview, preview as previewMapping } from '../../pipeline/preview.ts';
import { previewJson } from '../../pipeline/preview-json.ts';
import { type ChosenEvent, chooseEvent } from '../chosen-event.ts';
import { type ChosenMapping, chooseMapping } from '../chosen-mapping.ts';
import { exitCodes, type Verb } from '../command.ts';
import { linkedItems } from '../linked-items.ts';
import { plainText, print, printError, printJson, style } from '../output.ts';
import { isGood, isSendable, previewLines } from '../preview-view.ts';
import { type Sent, sendPreview } from '../send-preview.ts';

/** `hookstitch try <mapping>`: what the file as it is now makes of a real event, field by field; sends only when asked. */
export const tryCommand: Verb = {
  usage: 'try <mapping>',
  description: 'what a mapping makes of an event, value by value, and what each destination would get; sends nothing',
  configure: (command) =>
    command
      .option('--event <event>', 'latest, an id (evt_…) or a file with a body; default: latest, else its first test')
      .option('--type <type>', "a file's event type where its body does not tell, as in post_call")
      .option('--show <destination>', 'show the whole payload for this destination')
      .option('--send', 'really send the payloads, with the configured credentials')
      .option('--json', 'machine-readable output'),
  run: async ([wanted], options) => {
    const configuration = await loadGatewayConfiguration();
    const { file, settings } = configuration;
    const mapping = await chooseMapping(String(wanted), settings.mappingsDir);
    const { definition, problems } = readMapping(
      { name: mapping.name, shown: mapping.path },
      mapping.text,
      namesOf(file),
    );
    const found = [...file.problems.filter(isError), ...problems];
    for (const problem of found) printError(renderProblem(problem));
    if (definition === undefined || found.some(isError)) {
      if (options.json === true) printJson({ ok: false, problems: found });
      return exitCodes.problems;
    }
    const chosen = await chooseEvent({
      wanted: textOf(options.event),
      type: textOf(options.type),
      mapping: { path: mapping.path, definition },
      configuration,
      clock: systemClock,
    });
    return await report({ mapping, chosen, file, settings }, options);
  },
};

type Options = Readonly<Record<string, unknown>>;

const textOf = (option: unknown): string | undefined => (typeof option === 'string' ? option : undefined);

interface Tried {
  readonly mapping: ChosenMapping;
  readonly chosen: ChosenEvent;
  readonly file: GatewayFile;
  readonly settings: Settings;
}

async function report(tried: Tried, options: Options): Promise<number> {
  const { destinations } = tried.file;
  const show = textOf(options.show);
  if (show !== undefined && !destinations.some(({ name }) => name === show)) {
    const names = destinations.map(({ name }) => name).join(', ');
    printError(`no destination called "${plainText(show)}"; there are ${names}`);
    return exitCodes.wrongUse;
  }
  const preview = await previewOf(tried);
  return options.json === true
    ? await reportJson(preview, tried, options)
    : await reportText(preview, tried, { ...options, show });
}

async function reportJson(preview: Preview, { chosen, file }: Tried, options: Options): Promise<number> {
  const sent = options.send === true ? await send(preview, file, () => undefined) : null;
  const ok = isGood(preview) && haveArrived(sent);
  printJson({ ok, from: chosen.from, ...(previewJson(preview) as object), sent: sent?.map(sentJson) ?? null });
  return ok ? exitCodes.ok : exitCodes.problems;
}

async function reportText(preview: Preview, tried: Tried, options: Options): Promise<number> {
  const { chosen, file } = tried;
  const view = { chosen, destinations: file.destinations, show: textOf(options.show) };
  if ('event' in preview) print(previewLines(preview, view).join('\n'));
  const sent = options.send === true ? await send(preview, file, print) : null;
  if (sent === null) print(isSendable(preview) ? howToSend(tried, options) : 'Nothing was sent.');
  else print(sent.map(sentLine).join('\n') || 'There was nothing to send.');
  return isGood(preview) && haveArrived(sent) ? exitCodes.ok : exitCodes.problems;
}

const send = (
  preview: Preview,
  { destinations }: GatewayFile,
  show: (text: string) => void,
): Promise<readonly Sent[]> => sendPreview(preview, { destinations, clock: systemClock, show });

/** What is off is nobody's mistake; sending nothing at all is not what was asked for. */
const haveArrived = (sent: readonly Sent[] | null): boolean => {
  if (sent === null) return true;
  const outcomes = sent.flatMap(({ outcome }) => outcome ?? []);
  return outcomes.length > 0 && outcomes.every(({ kind }) => kind === 'delivered');
};

async function previewOf({ mapping, chosen, file, settings }: Tried): Promise<Preview> {
  const evaluator = new PreviewEvaluator();
  const sender = createSender();
  try {
    return await previewMapping(
      { mapping: { name: mapping.name, shown: mapping.path, text: mapping.text }, event: chosen.event },
      {
        ...file,
        interprets: settings.interprets,
        clock: systemClock,
        evaluate: (setup, event, facts) => evaluator.evaluate(setup, event, facts),
        lookups: new Asker({ sources: file.sources.map(askedSource), sender, clock: systemClock }),
        linked: (items) => linkedItems(items, settings),
      },
    );
  } finally {
    await evaluator.stop();
    sender.close();
  }
}

function howToSend({ mapping }: Tried, { event, type }: Options): string {
  const given = Object.entries({ event, type }).flatMap(([name, value]) =>
    typeof value === 'string' ? [`--${name} ${plainText(value)}`] : [],
  );
  const command = ['hookstitch try', mapping.name.replace(/\.ya?ml$/, ''), ...given, '--send'].join(' ');
  return `Nothing was sent. Send it: ${command}`;
}

function sentLine({ destination, outcome, message, durationMs, outgoingId }: Sent): string {
  const name = style('bold', destination.padEnd(12));
  if (outcome === null) return `⊘ ${name} not sent: ${message}`;
  const answer = outcome.response === undefined ? '' : ` ${outcome.response.status}`;
  if (outcome.kind === 'delivered')
    return `${style('green', '✓')} ${name} delivered${answer} in ${durationMs} ms as ${outgoingId}`;
  return `${style('red', '✗')} ${name} ${outcome.kind}${answer} ${outcome.reason}: ${plainText(outcome.message)}`;
}

const sentJson = ({ destination, outgoingId, outcome, message, durationMs }: Sent): object => ({
  destination,
  outgoing_id: outgoingId,
  outcome: outcome?.kind ?? null,
  reason: outcome === null || outcome.kind === 'delivered' ? null : outcome.reason,
  message: outcome === null || outcome.kind === 'delivered' ? message : outcome.message,
  response: outcome?.response ?? null,
  duration_ms: durationMs,
});
