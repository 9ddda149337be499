import { afterEach, describe, expect, it } from 'vitest';
import { destinationTable } from '../../src/cli/destination-view.ts';
import { startStandIn } from '../../src/demo/stand-ins/index.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { type Ended, hookstitch } from '../support/command-line.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const standIns: StandIn[] = [];
afterEach(async () => {
  for (const standIn of standIns.splice(0)) await standIn.close();
});

interface Running {
  readonly standIn: StandIn;
  readonly gateway: TestGateway;
  destinations(...args: readonly string[]): Promise<Ended>;
}

async function running(): Promise<Running> {
  const standIn = await startStandIn('segment', { writeKey: 'write-key' });
  standIns.push(standIn);
  const { url } = standIn;
  const segment = { type: 'segment', url, write_key: 'write-key', allow_private_address: true };
  const umami = { type: 'umami', url, website_id: '', allow_private_address: true };
  const gateway = await testGateway({ destinations: { segment, umami }, mappings: {} });
  const environment = { ADMIN_TOKEN: gateway.token, ADMIN_PORT: new URL(gateway.adminUrl).port };
  const destinations = (...args: readonly string[]) =>
    hookstitch(gateway.dataDir, ['destinations', ...args], environment);
  return { standIn, gateway, destinations };
}

describe('hookstitch destinations', () => {
  it('shows how each is doing, holds one back and lets it go again', async () => {
    const { destinations } = await running();

    expect((await destinations()).out).toMatch(/segment +segment +✓ ok +0 +0 +0\n.*umami +umami +⊘ off .*website_id/s);
    expect(await destinations('pause', 'segment')).toMatchObject({ code: 0, out: 'segment is paused\n' });
    expect((await destinations('ls')).out).toMatch(/segment +segment +‖ paused .*since/);
    expect(await destinations('resume', 'segment')).toMatchObject({ code: 0, out: 'segment is resumed\n' });
    expect(JSON.parse((await destinations('ls', '--json')).out)).toMatchObject({
      items: [{ name: 'segment', paused_at: null, circuit: { state: 'closed' } }, { name: 'umami' }],
    });
  });

  it('says so where deliveries wait for one that is off', () => {
    const circuit = { state: 'closed', trouble: null, message: null, since: null, probe_at: null } as const;
    const known = { title: null, settings: null, last_dead: null, oldest_pending_at: null, paused_at: null, circuit };
    const off = { ...known, name: 'gone', type: null, off: 'gateway.yaml does not name it' } as const;
    const none = { pending: 0, in_flight: 0, delivered: 0, dead: 0, cancelled: 0 };
    expect(destinationTable([{ ...off, deliveries: { ...none, pending: 3 } }])).toMatch(
      /✗ off +3 +0 +0 +3 wait for ever: gateway\.yaml does not name it/,
    );
    expect(destinationTable([{ ...off, deliveries: { ...none, dead: 3 } }])).toMatch(
      /⊘ off +0 +0 +3 +gateway\.yaml does/,
    );
  });

  it('sends a test event and tells what came of it', async () => {
    const { standIn, destinations } = await running();

    expect(await destinations('test', 'segment')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/✓ segment took it {2}200 {2}in \d+ ms\n.*sent +\{.*"event":"Hookstitch Test"/s),
    });
    standIn.answerNext({ status: 401, body: { error: 'no such key' } });
    expect(await destinations('test', 'segment')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/✗ segment: unauthorized {2}401.*no such key/s),
    });
  });

  it('says which name it does not know', async () => {
    const { destinations } = await running();

    expect(await destinations('pause', 'nowhere')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no destination called "nowhere"'),
    });
    expect(await destinations('test', 'umami')).toMatchObject({ code: 2, err: expect.stringContaining('is off') });
  });
});
