import { readdirSync, writeSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Mailbox, readMailbox } from '../../../src/mapping/evaluator/mailbox.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** In a folder on a disk, which every system has. */
async function openMailbox(): Promise<{ mailbox: Mailbox; folder: string }> {
  const folder = await temporaryFolder();
  const mailbox = Mailbox.open(folder) ?? expect.fail('no mailbox');
  onTestFinished(() => mailbox.close());
  return { mailbox, folder };
}

const text = (mailbox: Mailbox, length: number): string =>
  Buffer.from(readMailbox(mailbox.descriptor, length)).toString();

describe('a mailbox', () => {
  it('holds what was put there last, whatever was there before', async () => {
    const { mailbox } = await openMailbox();
    expect(mailbox.put(Buffer.from('a long first one'))).toBe(true);
    expect(mailbox.put(Buffer.from('second'))).toBe(true);
    expect(text(mailbox, 6)).toBe('second');
  });

  it('has no name under which anybody else could open it', async () => {
    const { folder } = await openMailbox();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('cannot be filled by whoever reads it', async () => {
    const { mailbox } = await openMailbox();
    expect(() => writeSync(mailbox.descriptor, 'too much')).toThrow('EBADF');
  });

  it('takes nothing that is longer than it', async () => {
    const { mailbox } = await openMailbox();
    expect(mailbox.put(Buffer.alloc(8_000_000))).toBe(true);
    expect(mailbox.put(Buffer.alloc(8_000_001))).toBe(false);
  });

  it('takes nothing once it is closed, which may be done twice', async () => {
    const { mailbox } = await openMailbox();
    mailbox.close();
    mailbox.close();
    expect(mailbox.put(Buffer.from('late'))).toBe(false);
  });

  it('is not there where the system has no files in memory', async () => {
    const folder = await temporaryFolder();
    expect(Mailbox.open(`${folder}/nowhere`)).toBeUndefined();
  });
});
