import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hookstitch, type Running, type Surroundings, startHookstitch } from '../support/hookstitch-process.ts';

/** docs/quickstart.md: what a newcomer types and sees, written by really doing it. `UPDATE=1` rewrites the document. */

/** A document that grows by what is done. */
class Transcript {
  readonly #parts: string[] = [];
  readonly #surroundings: Surroundings;
  readonly #names = new Names();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  say(text: string): void {
    this.#parts.push(text.trim());
  }

  /** Runs a command, shows it with its output, and returns that; any other exit code than the expected one is a failure. */
  async run(command: string, { exits = 0, shows = (output: string) => output } = {}): Promise<string> {
    const { code, stdout, stderr } = await hookstitch(command.split(' ').slice(1), this.#surroundings);
    if (code !== exits) throw new Error(`${command} exited with ${code}:\n${stdout}${stderr}`);
    this.#show('console', `$ ${command}\n${shows(stdout + stderr)}`);
    return stdout;
  }

  /** Changes a file as a person would in an editor, and shows the lines. */
  async edit(path: string, from: string, to: string): Promise<void> {
    const file = join(this.#surroundings.cwd, path);
    const text = await readFile(file, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${path} does not have once: ${from}`);
    await writeFile(
      file,
      text.replace(from, () => to),
    );
    const removed = from.split('\n').filter((line) => !to.split('\n').includes(line));
    const added = to.split('\n').filter((line) => !from.split('\n').includes(line));
    const lines = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
    this.#show('diff', `--- ${path}\n${lines.join('\n')}`);
  }

  /** Waits until a process that is running has written a line with this in it, and shows that line. */
  async line(running: Running, marker: string, after: number): Promise<void> {
    await running.wrote(marker, after);
    const line = running
      .output()
      .split('\n')
      .findLast((written) => written.includes(marker));
    this.#show('json', line ?? '');
  }

  #show(language: string, text: string): void {
    this.#parts.push(`\`\`\`${language}\n${this.#names.steady(text.trimEnd())}\n\`\`\``);
  }

  toString(): string {
    return `${this.#parts.join('\n\n')}\n`;
  }
}

/** What differs at every run, under names that stay: the first id is the first id. */
class Names {
  readonly #known = new Map<string, string>();

  steady(text: string): string {
    return text
      .replaceAll(/\b(evt|dlv)_[0-9a-z]{26}\b/g, (id) => this.#name(id, (count) => `01kyd3vq8h${digits(count, 16)}`))
      .replaceAll(/(?<=_)[0-9a-f]{16}\b/g, (id) => this.#name(id, (count) => digits(count, 16)))
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) =>
        this.#name(id, (count) => `0f1e2d3c-4b5a-8697-8877-${digits(count, 12)}`),
      )
      .replaceAll(/(?<="version":")[0-9a-f]{12}/g, (id) => this.#name(id, (count) => digits(count, 12)))
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '2026-11-21T14:32:18.000Z')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '2026-11-21 14:32:18')
      .replaceAll(/\b\d{4}-\d\d-\d\d\b/g, '2026-11-21')
      .replaceAll(/\b(?:17|18)\d{8}\b/g, '1795271538')
      .replaceAll(/\bin \d+ ms\b/g, 'in 3 ms')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'localhost:8080');
  }

  #name(original: string, make: (count: number) => string): string {
    const prefix = /^(evt|dlv)_/.exec(original)?.[0] ?? '';
    const name = this.#known.get(original) ?? prefix + make(this.#known.size + 1);
    this.#known.set(original, name);
    return name;
  }
}

const digits = (count: number, length: number): string => String(count).padStart(length, '0');

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
}

/** The whole document, from commands run in a new folder. */
export async function quickstart(): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'hookstitch-quickstart-'));
  const environment = { HOST: '127.0.0.1', PORT: String(await freePort()), ADMIN_PORT: String(await freePort()) };
  const transcript = new Transcript({ cwd, environment });
  let serving: Running | undefined;
  try {
    await begin(transcript);
    serving = startHookstitch(['serve'], { cwd, environment });
    await serving.wrote('gateway.listening');
    await first(transcript, serving);
    await change(transcript, serving);
    await keep(transcript);
    return transcript.toString();
  } finally {
    await serving?.end('SIGTERM');
    await rm(cwd, { recursive: true, force: true });
  }
}

async function begin(transcript: Transcript): Promise<void> {
  transcript.say(`
# Quickstart

From an empty folder to a mapping that is tested and live. A script has typed all of this and a test compares what it
printed with what is here; only ids, times and ports are made up.

You need Node.js and a checkout of hookstitch with \`npm ci\` done. For a short name that works in every folder:

\`\`\`sh
alias hookstitch='~/hookstitch/node_modules/.bin/node ~/hookstitch/src/cli/main.ts'
\`\`\`

## A folder of your own

Stripe payments to Usermaven, and to \`console\`, which shows every payload and needs no account. Without the two flags,
\`hookstitch init\` asks.`);
  await transcript.run('hookstitch init --source stripe --destination usermaven,console');
  transcript.say(`
To try it without Stripe, make up a secret. The samples are then signed with it.`);
  await transcript.edit('.env', 'STRIPE_WEBHOOK_SECRET=\n', 'STRIPE_WEBHOOK_SECRET=whsec_made_up_for_trying\n');
  transcript.say(`
The mapping brings its own tests. They send nothing.`);
  await transcript.run('hookstitch test');
}

/** Returns when the event has been delivered, which a person takes longer than to type the next command. */
async function send(transcript: Transcript, serving: Running): Promise<void> {
  const before = serving.output().length;
  await transcript.run('hookstitch send stripe.invoice.paid');
  await serving.wrote('"delivery.attempted"', before);
}

async function first(transcript: Transcript, serving: Running): Promise<void> {
  transcript.say(`
## The first event

In another terminal, in the same folder, run \`hookstitch serve\` and leave it running. Here:`);
  await send(transcript, serving);
  await transcript.run('hookstitch events');
  transcript.say(`
One delivery: Usermaven is off until its keys are in \`.env\`. What the mapping makes of that event, value by value:`);
  await transcript.run('hookstitch try stripe-invoice-paid --event latest');
}

const mapping = 'mappings/stripe-invoice-paid.yaml';
const plan = '    plan: =$invoice.lines.data[0].description\n';
const mistaken = '    collection: =$invoic.collection_method\n';
const corrected = '    collection: =$invoice.collection_method\n';
const tested = '          plan: 1 × Pro (at $29.00 / month)\n';
const guessed = '          collection: automatic\n';
const right = '          collection: charge_automatically\n';

async function change(transcript: Transcript, serving: Running): Promise<void> {
  transcript.say(`
## A change, with a mistake in it

The events shall also say how an invoice is collected.`);
  const beforeMistake = serving.output().length;
  await transcript.edit(mapping, plan, plan + mistaken);
  transcript.say(`
The running gateway has seen the file, and goes on with the version it had. Its log says:`);
  await transcript.line(serving, '"mapping.refused"', beforeMistake);
  transcript.say(`
What is wrong, where, and what to write instead:`);
  await transcript.run('hookstitch validate', { exits: 1 });
  await transcript.edit(mapping, mistaken, corrected);
  await transcript.run('hookstitch validate');
  transcript.say(`
A test that says what the change is for belongs with it.`);
  await transcript.edit(mapping, tested, tested + guessed);
  await transcript.run('hookstitch test stripe-invoice-paid.yaml', { exits: 1, shows: withoutPassed });
  transcript.say(`
The arrow leads from the field to the expression that fed it. It is right, and the guess in the test is not:`);
  const beforeLive = serving.output().length;
  await transcript.edit(mapping, guessed, right);
  await transcript.run('hookstitch test stripe-invoice-paid.yaml', { shows: withoutPassed });
  transcript.say(`
## Live

Nothing to restart: the gateway took the new version when it was saved.`);
  await transcript.line(serving, '"mapping.loaded"', beforeLive);
  await send(transcript, serving);
  await transcript.run('hookstitch events show latest');
}

/** Of tests that pass, what they are called is known by now. */
function withoutPassed(output: string): string {
  const lines = output.split('\n');
  return lines
    .flatMap((line, index) => (!isPassed(line) ? [line] : isPassed(lines[index - 1]) ? [] : ['  …']))
    .join('\n');
}

const isPassed = (line: string | undefined): boolean => line?.startsWith('  ✓') === true;

async function keep(transcript: Transcript): Promise<void> {
  transcript.say(`
## Keep what really happens

An event that arrived can become a test: without the data of the person it is about, with what the mapping makes of it
today.`);
  await transcript.run('hookstitch events pin latest');
  await transcript.run('hookstitch test', { shows: withoutPassed });
  transcript.say(`
## For real

- Put the keys of Usermaven into \`.env\`, and restart the gateway.
- Give it an address with HTTPS, set \`PUBLIC_URL\` to it, and follow the steps that \`init\` printed
  ([sources](sources.md), [operations](operations.md)).
- Every key and function of a mapping: [mappings](mappings.md). Every message: [errors](errors.md).`);
}
