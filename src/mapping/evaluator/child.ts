/**
 * The evaluator's process: runs mappings on events, one at a time, or reads their texts, and nothing else. It has no
 * environment, no secrets and little memory, and is killed when it takes too long.
 */

import { deserialize } from 'node:v8';
import type { CommonSettings } from '../../destinations/destination.ts';
import { destinationNamed } from '../../destinations/index.ts';
import { dateFromMs } from '../../model/clock.ts';
import { defined } from '../../model/defined.ts';
import type { EventId } from '../../model/id.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import { type CompiledMapping, compileMapping } from '../compile.ts';
import { evaluateMapping } from '../evaluate.ts';
import type { EvaluationContext, EvaluationDestination, EvaluationInput } from '../evaluation.ts';
import type { EvaluatedRun } from '../run.ts';
import { readMailbox } from './mailbox.ts';
import {
  type Answer,
  type Batch,
  type EvaluatorSetup,
  type EventToEvaluate,
  type FromEvaluator,
  mailboxDescriptor,
  type Reading,
  type TextToRead,
  type ToEvaluator,
} from './protocol.ts';
import { recordTrace } from './record-trace.ts';

/** How long an answer may wait for others, in milliseconds. */
const answersEveryMs = 10;

interface Loaded {
  readonly mappings: readonly CompiledMapping[];
  readonly interprets: boolean;
  readonly context: EvaluationContext;
}

let loaded: Loaded = { mappings: [], interprets: false, context: { vars: {}, destinations: new Map() } };
let working: Promise<void> = Promise.resolve();

process.on('message', (message: ToEvaluator) => {
  working = working.then(() => handle(message));
});
// Without a gateway there is nobody to evaluate for.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

async function handle(message: ToEvaluator): Promise<void> {
  switch (message.say) {
    case 'load':
      loaded = load(message.setup);
      return say({ say: 'ready' });
    case 'read':
      return say({ say: 'have_read', reading: await read(message) });
    case 'evaluate':
      return evaluateAll(message);
    case 'fetch':
      return evaluateAll(deserialize(readMailbox(mailboxDescriptor, message.length)) as Batch);
  }
}

async function read({ file, text, known }: TextToRead): Promise<Reading> {
  // Whoever evaluates events need not carry the parser.
  const { readMapping } = await import('../load.ts');
  const { definition, yaml, problems, fixtures } = readMapping(file, text, known);
  const testsAt = (definition?.content.tests ?? []).flatMap((_, index) => yaml?.positionOf(['tests', index]) ?? []);
  return { problems, testsAt, ...defined({ definition, fixtures }) };
}

function load({ mappings, destinations, vars, interprets = false }: EvaluatorSetup): Loaded {
  const known = destinations.flatMap(({ name, type, settings }): [string, EvaluationDestination][] => {
    const destination = destinationNamed(type);
    return destination === undefined ? [] : [[name, { destination, settings: settings as unknown as CommonSettings }]];
  });
  // A reload changes few of many: what is compiled already stays.
  const kept = loaded.interprets === interprets ? loaded.mappings : [];
  const before = new Map(kept.map((mapping) => [`${mapping.file} ${mapping.version}`, mapping]));
  return {
    mappings: mappings
      .filter(({ content }) => content.enabled)
      .map(
        (definition) =>
          before.get(`${definition.file} ${definition.version}`) ?? compileMapping(definition, { interprets }).mapping,
      ),
    interprets,
    context: { vars, destinations: new Map(known), interprets },
  };
}

async function evaluateAll(batch: Batch): Promise<void> {
  const { bodies, trace, isOneByOne } = batch;
  const events = JSON.parse(batch.events) as readonly EventToEvaluate[];
  // Events of one request follow each other, so remembering the last body parses each once.
  let last: { readonly index: number; readonly body: Json } | undefined;
  const answers = new Answers();
  for (const event of events) {
    if (last?.index !== event.body)
      last = { index: event.body, body: JSON.parse(bodies[event.body] ?? 'null') as Json };
    const runs = await evaluateOne(event, elementOf(last.body, event.item), trace);
    answers.add({ id: event.id as EventId, runs });
    // Waiting until the answer has left: were it still buffered when the next event hangs, the wrong one would be blamed.
    if (isOneByOne) await answers.send();
    else if (answers.areDue) void answers.send();
  }
  await answers.send();
}

/** Answers that cross together; an answer is a sign of life as well, so none waits for long. */
class Answers {
  #waiting: Answer[] = [];
  #sentMs = performance.now();

  add(answer: Answer): void {
    this.#waiting.push(answer);
  }

  get areDue(): boolean {
    return performance.now() - this.#sentMs >= answersEveryMs;
  }

  async send(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const answers = JSON.stringify(this.#waiting);
    this.#waiting = [];
    this.#sentMs = performance.now();
    await say({ say: 'evaluated', answers });
  }
}

function elementOf(body: Json, item: number | null): Json {
  if (item === null) return body;
  const element = Array.isArray(body)
    ? (body as readonly Json[])[item]
    : isJsonObject(body) && item === 0
      ? body
      : undefined;
  return element ?? null;
}

async function evaluateOne(
  { item: _, occurredAt, receivedAt, ...event }: EventToEvaluate,
  body: Json,
  trace: boolean,
): Promise<readonly EvaluatedRun[]> {
  const runs: EvaluatedRun[] = [];
  const input = { ...event, body, occurredAt: dateFromMs(occurredAt), receivedAt: dateFromMs(receivedAt) };
  for (const mapping of loaded.mappings) {
    if (mapping.source !== event.source || !mapping.matches(event.type)) continue;
    runs.push(await (trace ? traced : evaluateMapping)(mapping, input, loaded.context));
  }
  return runs;
}

async function traced(
  mapping: CompiledMapping,
  input: EvaluationInput,
  context: EvaluationContext,
): Promise<EvaluatedRun> {
  const { trace, entries } = recordTrace();
  const run = await evaluateMapping(mapping, input, { ...context, trace });
  return { ...run, trace: entries };
}

function say(message: FromEvaluator): Promise<void> {
  return new Promise((resolve) => {
    // A failed send means the gateway is gone; `disconnect` ends this process.
    process.send?.(message, undefined, undefined, () => resolve());
  });
}
