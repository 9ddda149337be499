import { type ChildProcess, fork } from 'node:child_process';

/** A process of the bench that does as it is told: one command at a time, one answer to each. */
export interface WorkerProcess<Commands> {
  readonly pid: number;
  call<Name extends keyof Commands & string>(
    name: Name,
    argument: ArgumentOf<Commands[Name]>,
  ): Promise<AnswerOf<Commands[Name]>>;
  end(): void;
}

type ArgumentOf<Command> = Command extends (argument: infer Argument) => unknown ? Argument : never;
type AnswerOf<Command> = Command extends (argument: never) => infer Answer ? Awaited<Answer> : never;

type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** None of them outlives this process, however it ends. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Starts a file that ends with `answerCommands`. */
export function startWorkerProcess<Commands>(file: URL): WorkerProcess<Commands> {
  const child = fork(file, { serialization: 'advanced', execArgv: [] });
  living.add(child);
  let last: Promise<unknown> = Promise.resolve();
  child.on('exit', () => living.delete(child));
  return {
    pid: child.pid ?? 0,
    call: async (name, argument) => {
      // One after the other: answers carry no number.
      const exchanged = last.then(() => exchange(child, { name, argument }));
      last = exchanged.catch(() => undefined);
      const answer = await exchanged;
      if (!answer.ok) throw new Error(`${name}: ${answer.message}`);
      return answer.value as never;
    },
    end: () => void child.kill('SIGKILL'),
  };
}

function exchange(child: ChildProcess, message: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error(`a process of the bench has ended: ${child.spawnfile}`));
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      resolve(answer as Answer);
    });
    child.send(message);
  });
}

/** In the process itself: its commands by name. */
export function answerCommands(commands: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ name, argument }: { name: string; argument: never }) => {
    const answer = (value: Answer): void => void process.send?.(value);
    Promise.resolve()
      .then(() => commands[name]?.(argument))
      .then((value) => answer({ ok: true, value }))
      .catch((error: unknown) => answer({ ok: false, message: error instanceof Error ? (error.stack ?? '') : '' }));
  });
}
