import { describe, expect, it } from 'vitest';
import { Passwords } from '../../src/http/access/password.ts';

describe('a password', () => {
  it('is kept as scrypt makes it of it, with salt and parameters', async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash('correct horse battery');
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await passwords.matches('correct horse battery', hash)).toBe(true);
    expect(await passwords.matches('correct horse batterz', hash)).toBe(false);
  });

  it('is kept differently each time', async () => {
    const passwords = new Passwords({ ln: 4, r: 1, p: 1 });
    expect(await passwords.hash('the same')).not.toBe(await passwords.hash('the same'));
  });

  it('is still known when new ones are made with other parameters', async () => {
    const before = await new Passwords({ ln: 4, r: 1, p: 1 }).hash('kept for years');
    expect(await new Passwords({ ln: 5, r: 2, p: 1 }).matches('kept for years', before)).toBe(true);
  });

  it('matches nothing that is no hash', async () => {
    const passwords = new Passwords({ ln: 4, r: 1, p: 1 });
    for (const hash of ['', '$scrypt$', '$scrypt$ln=4,r=1,p=1$$', 'correct horse battery'])
      expect([hash, await passwords.matches('', hash)]).toEqual([hash, false]);
  });

  it('waits for few others', async () => {
    const passwords = new Passwords({ ln: 4, r: 1, p: 1 });
    const tries = await Promise.allSettled(Array.from({ length: 30 }, () => passwords.hash('x')));
    const refused = tries.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(10);
    expect(refused[0]).toMatchObject({ reason: { code: 'TOO_MANY_FAILURES' } });
    expect(await passwords.hash('x')).toMatch(/^\$scrypt/);
  });
});
