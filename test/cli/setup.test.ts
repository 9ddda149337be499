import { describe, expect, it } from 'vitest';
import { hookstitch } from '../support/command-line.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { testGateway } from '../support/gateway.ts';

describe('hookstitch setup password', () => {
  it('prints a link that sets the password of the running gateway', async () => {
    const gateway = await testGateway({ destinations: {}, mappings: {} });
    const environment = { ADMIN_TOKEN: gateway.token, ADMIN_PORT: new URL(gateway.adminUrl).port };

    const printed = await hookstitch(gateway.dataDir, ['setup', 'password'], environment);
    expect(printed).toMatchObject({ code: 0, err: '' });
    const [, link = ''] = /^Set your admin password: (\S+)\n/.exec(printed.out) ?? [];
    expect(link).toMatch(new RegExp(`^${gateway.adminUrl}/setup\\?token=[\\w-]{43}$`));

    const visitor = new ConsoleVisitor({ url: gateway.adminUrl });
    const secret = new URL(link).searchParams.get('token') ?? '';
    expect((await visitor.setUp(secret, 'correct horse battery')).status).toBe(200);
    expect((await visitor.logIn('correct horse battery')).status).toBe(200);
  });

  it('says so where no gateway runs', async () => {
    const gateway = await testGateway({ destinations: {}, mappings: {} });
    const environment = { ADMIN_TOKEN: gateway.token, ADMIN_PORT: new URL(gateway.adminUrl).port };
    await gateway.halt();
    expect(await hookstitch(gateway.dataDir, ['setup', 'password', '--json'], environment)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('GATEWAY_UNREACHABLE'),
    });
  });
});
