import { styleText } from 'node:util';

/** All that the command line writes goes through here. Control characters are taken out of what senders wrote. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const printError = (text: string): void => void process.stderr.write(`${text}\n`);
/** On a terminal; elsewhere what was written stays. */
export const clearScreen = (): void => {
  if (process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[3J\x1b[H');
};
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

type Style = Parameters<typeof styleText>[0];

/** Colour only on a terminal, and never with NO_COLOR. */
export const style = (format: Style, text: string): string => styleText(format, text, { stream: process.stdout });

export const plainText = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
