import { styleText } from 'node:util';

/** All that the command line writes goes through here. Control characters are taken out of what senders wrote. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const printError = (text: string): void => void process.stderr.write(`${text}\n`);

/** What a shell says of a program that SIGPIPE ended. */
const brokenPipe = 128 + 13;

/** Whoever read what is written has had enough, as `head` has: it ends without a word, as other programs do. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(brokenPipe);
    });
  }
}

/** On a terminal; elsewhere what was written stays. */
export const clearScreen = (): void => {
  if (process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[3J\x1b[H');
};

/** One line that is written over, on a terminal; elsewhere nobody watches. */
export class Progress {
  #isShown = false;

  show(text: string): void {
    if (!process.stderr.isTTY) return;
    process.stderr.write(`\r\x1b[2K${text}`);
    this.#isShown = true;
  }

  end(): void {
    if (this.#isShown) process.stderr.write('\r\x1b[2K');
  }
}

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

type Style = Parameters<typeof styleText>[0];

/** Colour only on a terminal, and never with NO_COLOR. */
export const style = (format: Style, text: string): string => styleText(format, text, { stream: process.stdout });

export const plainText = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
