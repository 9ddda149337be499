import { seededRandom } from '../sources/mutants.ts';
import { ask, type Counts, createWorkspace, settled, type Workspace } from '../support/gateway-process.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { type Misbehaviour, type MisbehaviourName, misbehaviours } from './misbehaviours.ts';
import { atLeast, type Context, defineScenario, exactly, none, type Report } from './scenario.ts';
import { sendAll } from './senders.ts';
import { gatewayText, torturedMapping } from './setup.ts';
import { type SinkCall, startSink } from './sink.ts';

/** Minutes of the real world in seconds; the least that Retry-After can ask for stays a second. */
const settings = {
  /** Longer than a busy machine keeps an answer waiting: one that comes too late is as unclear as none. */
  timeout_ms: 2_500,
  concurrency: 8,
  retry: { max_attempts: 60, base_ms: 50, cap_ms: 1_000 },
  circuit: { failures: 10, wait_ms: 100, wait_max_ms: 1_000 },
};
/** After the last event was accepted. */
const settleMsMax = 300_000;
/** More answers in a row than these are not prescribed for one event. */
const answersMax = 12;
/** After it was told to stay away, what the gateway had sent before may still arrive for so long. */
const underWayMs = 500;
/** Of two clocks' rounding. */
const roundingMs = 2;
const senders = 10;

type Size = { readonly events: number; readonly persons: number };

export const chaos = defineScenario({
  name: 'chaos',
  description:
    'A destination that misbehaves in twelve ways: everything ends delivered or dead, in order, and doubles only what was unclear.',
  sizes: { ci: { events: 2_000, persons: 50 }, release: { events: 20_000, persons: 500 } },
  run,
});

async function run({ size, seed }: Context<Size>): Promise<Report> {
  const plan = planOf(size, seed);
  const judge = new Judge(plan);
  const sink = await startSink((call, response) => judge.answerTo(call).answer(response));
  const workspace = await createWorkspace({
    gateway: gatewayText({ sink: { url: sink.url, settings } }),
    mappings: { 'torture.yaml': torturedMapping(['sink']) },
  });
  try {
    const gateway = await workspace.start();
    await sendInOrder(workspace.url, plan);
    await settled(workspace, settleMsMax).catch(() => undefined);
    const { deliveries } = await ask<Counts>(workspace, '/api/stats');
    const unexplained = await deadWithoutReason(workspace);
    await gateway.end('SIGTERM');
    const ends = (means: string): number =>
      plan.filter(({ answers }) => misbehaviours[answers.at(-1) ?? 'ok'].means === means).length;
    const taken = judge.count('delivered') + judge.count('unclear');
    return {
      goals: [
        exactly('delivered, as prescribed', deliveries.delivered, ends('delivered')),
        exactly('dead, as prescribed', deliveries.dead, ends('dead')),
        none('dead without a reason', unexplained),
        none('stuck', deliveries.pending + deliveries.in_flight),
        exactly('copies, which are the unclear answers', taken - deliveries.delivered, judge.count('unclear')),
        none('requests for what was final already', judge.afterEnd),
        none('returns before Retry-After, of the same event', judge.earlyReturns),
        none('returns before Retry-After, of others', judge.earlyOthers),
        none('events that overtook a former one of their person', judge.inversions),
        atLeast('bad answers of a hundred', (100 * judge.bad) / sink.calls.length, 45),
      ],
      figures: { requests: sink.calls.length, answers: judge.answers },
    };
  } finally {
    await sink.close();
    await workspace.remove();
  }
}

interface Planned {
  readonly id: string;
  readonly person: string;
  /** What the sink answers, attempt by attempt; the last one is final. */
  readonly answers: readonly MisbehaviourName[];
}

function planOf({ events, persons }: Size, seed: number): readonly Planned[] {
  const random = seededRandom(seed);
  return Array.from({ length: events }, (_, index) => ({
    id: `evt_${index}`,
    person: `person_${index % persons}`,
    answers: answersFor(random),
  }));
}

function answersFor(random: () => number): readonly MisbehaviourName[] {
  const answers: MisbehaviourName[] = [];
  while (answers.length < answersMax) {
    const answer = drawn(random);
    answers.push(answer);
    if (isFinal(misbehaviours[answer])) return answers;
  }
  return [...answers, 'ok'];
}

function drawn(random: () => number): MisbehaviourName {
  const named = Object.entries(misbehaviours) as readonly (readonly [MisbehaviourName, Misbehaviour])[];
  let left = random() * named.reduce((sum, [, { share }]) => sum + share, 0);
  for (const [name, { share }] of named) {
    left -= share;
    if (left < 0) return name;
  }
  return 'ok';
}

const isFinal = ({ means }: Misbehaviour): boolean => means === 'delivered' || means === 'dead';

/** Answers as prescribed, and counts where the gateway does what it must not. */
class Judge {
  readonly answers: Partial<Record<MisbehaviourName, number>> = {};
  afterEnd = 0;
  earlyReturns = 0;
  earlyOthers = 0;
  inversions = 0;
  bad = 0;
  readonly #planned: ReadonlyMap<
    string,
    { readonly answers: readonly MisbehaviourName[]; readonly formerly: readonly string[] }
  >;
  readonly #answered = new Map<string, number>();
  readonly #ended = new Set<string>();
  readonly #backAtMs = new Map<string, number>();
  #pause = { fromMs: 0, untilMs: 0 };

  constructor(plan: readonly Planned[]) {
    const ofPerson = new Map<string, string[]>();
    this.#planned = new Map(
      plan.map(({ id, person, answers }) => {
        const formerly = ofPerson.get(person) ?? [];
        ofPerson.set(person, [...formerly, id]);
        return [id, { answers, formerly }];
      }),
    );
  }

  answerTo({ event, arrivedAtMs }: SinkCall): Misbehaviour {
    const { answers, formerly } = this.#planned.get(event) ?? { answers: [], formerly: [] };
    const attempt = this.#answered.get(event) ?? 0;
    this.#answered.set(event, attempt + 1);
    if (this.#ended.has(event)) this.afterEnd += 1;
    if (formerly.some((id) => !this.#ended.has(id))) this.inversions += 1;
    if (arrivedAtMs + roundingMs < (this.#backAtMs.get(event) ?? 0)) this.earlyReturns += 1;
    else if (arrivedAtMs > this.#pause.fromMs && arrivedAtMs + roundingMs < this.#pause.untilMs) this.earlyOthers += 1;
    const name = answers[Math.min(attempt, answers.length - 1)] ?? 'ok';
    const misbehaviour: Misbehaviour = misbehaviours[name];
    this.answers[name] = (this.answers[name] ?? 0) + 1;
    if (isFinal(misbehaviour)) this.#ended.add(event);
    if (!['ok', 'huge'].includes(name)) this.bad += 1;
    const nowMs = Date.now();
    const untilMs = misbehaviour.backAtMs?.(nowMs) ?? 0;
    this.#backAtMs.set(event, untilMs);
    if (untilMs > this.#pause.untilMs) this.#pause = { fromMs: nowMs + underWayMs, untilMs };
    return misbehaviour;
  }

  count(means: Misbehaviour['means']): number {
    const named = Object.entries(this.answers) as readonly (readonly [MisbehaviourName, number])[];
    return named.reduce((sum, [name, count]) => (misbehaviours[name].means === means ? sum + count : sum), 0);
  }
}

/** Each person's events one after the other, so that it is certain which came first. */
async function sendInOrder(url: string, plan: readonly Planned[]): Promise<void> {
  const persons = [...Map.groupBy(plan, ({ person }) => person).values()];
  const shares = Array.from({ length: senders }, (_, sender) =>
    persons.filter((_events, index) => index % senders === sender).flat(),
  );
  await Promise.all(
    shares.map((share) =>
      sendAll(
        url,
        share.map(({ id, person }) => stripeBody(id, 'check.event', { customer: person })),
        1,
      ),
    ),
  );
}

async function deadWithoutReason(workspace: Workspace): Promise<number> {
  let [found, cursor] = [0, ''];
  for (;;) {
    const page = await ask<Deliveries>(workspace, `/api/deliveries?status=dead&limit=100${cursor}`);
    found += page.items.filter(({ reason, last_message }) => !reason || !last_message).length;
    if (page.next_cursor === null) return found;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}

interface Deliveries {
  readonly items: readonly { readonly reason: string | null; readonly last_message: string | null }[];
  readonly next_cursor: string | null;
}
