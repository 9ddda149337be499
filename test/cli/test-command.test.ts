import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hookstitch, startHookstitch } from '../support/hookstitch-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Revenue in cents is the mistake that everybody makes once. */
const mapping = (amount: string): string => `version: 1
name: Payments
source: stripe
when: =data.paid
let:
  mail: |
    =$lowercase(
      data.mail
    )
event:
  name: Paid
  user: { id: =data.user, email: =$mail }
  revenue:
    amount: ${amount}
    currency: usd
  attributes: { plan: =data.plan }
destinations: [usermaven]
tests:
  - name: a payment counts in dollars
    given: fixtures/paid.json
    expect:
      usermaven:
        user: { id: u1, email: ada@example.com }
        event_attributes: { revenue: 29, plan: (absent) }
`;
const fixture = JSON.stringify({
  id: 'evt_1',
  type: 'invoice.paid',
  data: { paid: true, user: 'u1', mail: 'Ada@Example.com', amount: 2900 },
});

const folderWith = (amount: string): Promise<string> =>
  temporaryFolder({ 'mappings/payments.yaml': mapping(amount), 'mappings/fixtures/paid.json': fixture });

describe('hookstitch test', () => {
  it('says that all is well, and how much of the mapping the tests have shown', async () => {
    const cwd = await folderWith('=data.amount / 100');

    const { code, stdout } = await hookstitch(['test'], { cwd });

    expect(stdout).toBe(
      [
        'payments.yaml',
        '  ✓ a payment counts in dollars',
        '1 passed, 0 failed        coverage: 5 of 6 expressions produced a value (hookstitch test --coverage)\n',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  it('points from the field back to the expression, and at its own line', async () => {
    const cwd = await folderWith('=data.amount');

    const { code, stdout } = await hookstitch(['test'], { cwd });

    expect(stdout).toContain(
      [
        'payments.yaml',
        `  ✗ ${'a payment counts in dollars'.padEnd(74)}  mappings/payments.yaml:19:5`,
        '      usermaven.event_attributes.revenue',
        '        expected 29                   (mappings/payments.yaml:24:38)',
        '        received 2900                 event.revenue.amount  ← =data.amount  (mappings/payments.yaml:14:13)',
        '0 passed, 1 failed',
      ].join('\n'),
    );
    expect(code).toBe(1);
  });

  it('follows a name of let into its block, and says why it came to nothing', async () => {
    const cwd = await folderWith('=data.amount / 100');
    await writeFile(
      join(cwd, 'mappings/payments.yaml'),
      mapping('=data.amount / 100').replace('data.mail', 'data.mial'),
    );

    const { stdout } = await hookstitch(['test'], { cwd });

    expect(stdout).toContain(
      'received nothing              event.user.email  ← =$mail  (mappings/payments.yaml:12:34)',
    );
    expect(stdout).toContain('let.mail  ← =$lowercase( data.mial )  (mappings/payments.yaml:7:5)');
    expect(stdout).toContain('did you mean "mail"?');
  });

  it('lists with --coverage what no test has made produce a value', async () => {
    const cwd = await folderWith('=data.amount / 100');

    const { stdout } = await hookstitch(['test', '--coverage'], { cwd });

    expect(stdout).toContain(
      [
        'no test makes these produce a value:',
        '  mappings/payments.yaml:16:23  event.attributes.plan  =data.plan',
        '5 of 6 expressions produced a value\n',
      ].join('\n'),
    );
  });

  it('tells programs the same with --json', async () => {
    const cwd = await folderWith('=data.amount');

    const { code, stdout } = await hookstitch(['test', '--json'], { cwd });

    const file = 'mappings/payments.yaml';
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      problems: [],
      results: [
        {
          file: 'payments.yaml',
          index: 0,
          name: 'a payment counts in dollars',
          ok: false,
          at: { file, line: 19, column: 5 },
          duration_ms: expect.any(Number),
          failures: [
            {
              kind: 'value',
              message: 'usermaven.event_attributes.revenue: expected 29, got 2900',
              field: 'usermaven.event_attributes.revenue',
              expected: 29,
              received: 2900,
              at: { file, line: 24, column: 38 },
              from: [{ path: 'event.revenue.amount', expression: '=data.amount', at: { file, line: 14, column: 13 } }],
            },
          ],
        },
      ],
      coverage: {
        expressions: 6,
        produced: 5,
        missed: [
          {
            file: 'payments.yaml',
            path: 'event.attributes.plan',
            expression: '=data.plan',
            at: { file, line: 16, column: 23 },
          },
        ],
      },
    });
    expect(code).toBe(1);
  });

  it('writes JUnit XML with --junit, with what does not load as an error', async () => {
    const cwd = await folderWith('=data.amount');
    await writeFile(join(cwd, 'mappings/broken.yaml'), 'version: 1\nnam: x\n');

    const { code } = await hookstitch(['test', '--junit', 'report.xml'], { cwd });

    const xml = await readFile(join(cwd, 'report.xml'), 'utf8');
    expect(xml).toContain(
      '<testcase classname="payments.yaml" name="a payment counts in dollars" file="mappings/payments.yaml" line="19"',
    );
    expect(xml).toMatch(/<testsuite name="mappings\/broken\.yaml" tests="\d" failures="0" errors="[1-9]"/);
    expect(code).toBe(1);
  });

  it('exits 2 for a file that is not there, and names those that are', async () => {
    const cwd = await folderWith('=data.amount');

    const { code, stderr } = await hookstitch(['test', 'payment.yaml'], { cwd });

    expect(stderr).toContain('no mapping called payment.yaml in ./mappings');
    expect(stderr).toContain('did you mean payments.yaml?');
    expect(code).toBe(2);
  });

  it('tells of a fixture that is not there once, where the mapping names it, and what is meant', async () => {
    const cwd = await folderWith('=data.amount');
    const text = mapping('=data.amount').replace('paid.json', 'piad.json');
    await writeFile(join(cwd, 'mappings/payments.yaml'), text);

    const { code, stderr } = await hookstitch(['test'], { cwd });

    expect(stderr).toBe(
      'mappings/payments.yaml:20:12  error  fixture "fixtures/piad.json" is not there  [mapping/unknown-fixture]\n' +
        '  hint: did you mean fixtures/paid.json?\n',
    );
    expect(code).toBe(1);
  });

  it('runs again with --watch when a mapping or a fixture changes, and ends with 0 on Ctrl-C', async () => {
    const cwd = await folderWith('=data.amount');
    const watching = startHookstitch(['test', '--watch'], { cwd });

    await watching.wrote('0 passed, 1 failed');
    await watching.wrote('watching');
    await writeFile(join(cwd, 'mappings/payments.yaml'), mapping('=data.amount / 100'));
    await watching.wrote('1 passed, 0 failed');
    await watching.wrote(/watching[\s\S]*watching/);
    await writeFile(join(cwd, 'mappings/fixtures/paid.json'), fixture.replace('2900', '3000'));
    await watching.wrote('received 30 ');

    expect(await watching.end('SIGINT')).toBe(0);
  });
});
