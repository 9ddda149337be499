import { describe, expect, it } from 'vitest';
import { type Ended, hookstitch } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const mapping = `version: 1
name: Paid
source: stripe
let:
  owner: =data.object.customer
  nobody: =data.object.custmer
event: { name: =type, user: { id: =$owner } }
destinations: [usermaven]
tests:
  - name: a payment is told
    given: paid.json
    expect: skipped
`;
const body = {
  id: 'evt_1',
  object: 'event',
  type: 'invoice.paid',
  created: 1795219200,
  data: { object: { customer: 'cus_1' } },
};
const files = { 'paid.yaml': mapping, 'paid.json': JSON.stringify(body) };

const evaluated = async (...args: readonly string[]): Promise<Ended> =>
  hookstitch(await temporaryFolder(files), ['eval', ...args]);

describe('hookstitch eval', () => {
  it('prints the value as JSON', async () => {
    const { code, out, err } = await evaluated('={ "id": id, "kind": $uppercase(type) }', '--event', 'paid.json');
    expect(out).toBe('{\n  "id": "evt_1",\n  "kind": "INVOICE.PAID"\n}\n');
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  it('exits 1 and says why where there is nothing', async () => {
    expect(await evaluated('data.object.custmer', '--event', 'paid.json')).toEqual({
      code: 1,
      out: 'nothing\n',
      err: '! "custmer" is not in data.object; did you mean "customer"?\n',
    });
  });

  it("knows the let: names of a mapping and its canonical event, on the event of the mapping's first test", async () => {
    const { code, out } = await evaluated('$event.user.id & "/" & $owner', '--mapping', 'paid');
    expect({ code, out }).toEqual({ code: 0, out: '"cus_1/cus_1"\n' });

    expect(await evaluated('$nobody', '--mapping', 'paid', '--json')).toMatchObject({
      code: 1,
      out: expect.stringContaining(
        '"why": "$nobody yields nothing, because \\"custmer\\" is not in data.object; did you',
      ),
    });
  });

  it('points at what is wrong with the expression', async () => {
    const { code, err } = await evaluated('data.object.id & $firstof(id)', '--event', 'paid.json');
    expect(err).toContain('error unknown function $firstof');
    expect(err).toContain('1 │ data.object.id & $firstof(id)\n  │                  ^');
    expect(err).toContain('did you mean $firstOf?');
    expect(code).toBe(1);
  });

  it('tells a fault and what in the data has to do with it', async () => {
    expect(await evaluated('$lowercase(created)', '--event', 'paid.json')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^fails: .*lowercase/),
      err: '! created is a number\n',
    });
  });

  it('says what is missing to evaluate anything', async () => {
    expect(await evaluated('id')).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no event to try it on'),
    });
  });
});
