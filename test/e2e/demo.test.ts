import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { demoSamples } from '../../src/demo/scenario.ts';

describe('the demo', () => {
  it('sends every sample over HTTP and ends with 0 once all four stand-ins have what they should', async () => {
    const lines: string[] = [];
    const write = process.stdout.write;
    process.stdout.write = (chunk: string | Uint8Array) => lines.push(String(chunk)) > 0;
    let code: number;
    try {
      code = await run(['demo', '--once']);
    } finally {
      process.stdout.write = write;
    }

    const output = lines.join('');
    expect(output).not.toContain('not stored by');
    expect(code).toBe(0);
    expect(demoSamples.length).toBeGreaterThanOrEqual(5);
    for (const sample of demoSamples) expect(output).toContain(`${sample}  200`);
    for (const standIn of ['usermaven', 'vemetric', 'umami', 'segment'])
      expect(output).toMatch(new RegExp(`${standIn}\\S* received\\n  POST`));
  }, 60_000);
});
