import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Questions on a terminal. */
export interface Asker {
  /** The answer without blanks around it; `isSecret` keeps it off the screen. */
  ask(question: string, isSecret?: boolean): Promise<string>;
  close(): void;
}

/** Undefined where nobody is there to answer. */
export function askerOnTerminal(): Asker | undefined {
  return process.stdin.isTTY ? createAsker(process.stdin, process.stdout) : undefined;
}

export function createAsker(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Asker {
  let isMuted = false;
  const screen = new Writable({
    write: (chunk, _encoding, done) => {
      if (!isMuted) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: screen, terminal: true });
  return {
    ask: async (question, isSecret = false) => {
      if (!isSecret) return (await lines.question(question)).trim();
      // From here on what is typed would be echoed.
      isMuted = true;
      const answered = lines.question('');
      output.write(question);
      const answer = await answered;
      isMuted = false;
      output.write('\n');
      return answer.trim();
    },
    close: () => lines.close(),
  };
}
