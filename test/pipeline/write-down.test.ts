import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { GatewayError } from '../../src/model/error.ts';
import { writeDown } from '../../src/pipeline/write-down.ts';

const log = createLog({ level: 'silent', pretty: false });
const away = () => new GatewayError('STORE_UNAVAILABLE', 'the database is away');

describe('writing down what was done', () => {
  it('goes on until the store takes it', async () => {
    let tries = 0;
    const write = async () => {
      tries += 1;
      if (tries < 3) throw away();
      return 'taken';
    };
    expect(await writeDown(write, { worker: 'test', log, shutdown: new AbortController().signal })).toBe('taken');
  });

  it('tries once more when the gateway stops, and gives up then', async () => {
    const stopping = new AbortController();
    let tries = 0;
    const write = async () => {
      tries += 1;
      setImmediate(() => stopping.abort());
      throw away();
    };
    await expect(writeDown(write, { worker: 'test', log, shutdown: stopping.signal })).rejects.toThrow('away');
    expect(tries).toBe(2);
  });

  it('passes on at once what trying again does not mend', async () => {
    let tries = 0;
    const write = async () => {
      tries += 1;
      throw new GatewayError('INTERNAL', 'a defect');
    };
    const writing = { worker: 'test', log, shutdown: new AbortController().signal };
    await expect(writeDown(write, writing)).rejects.toThrow('a defect');
    expect(tries).toBe(1);
  });
});
