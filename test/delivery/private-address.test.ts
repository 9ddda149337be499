import { describe, expect, it } from 'vitest';
import { addressRefusal, literalAddress, nonPublicRange } from '../../src/delivery/private-address.ts';

describe('nonPublicRange', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['100.64.0.1', 'carrier grade nat'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'link local'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.192', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['192.168.1.1', 'private'],
    ['198.18.0.1', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::7f00:1', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'link local'],
    ['64:ff9b::7f00:1', 'rfc6052'],
    ['100::1', 'discard'],
    ['2001::1', 'teredo'],
    ['2001:db8::1', 'reserved'],
    ['2002:7f00:1::', '6to4'],
    ['fc00::1', 'unique local'],
    ['fd12:3456::1', 'unique local'],
    ['fe80::1', 'link local'],
    ['fe80::1%eth0', 'link local'],
    ['fec0::1', 'deprecated site local'],
    ['ff02::1', 'multicast'],
    ['4000::1', 'reserved'],
    ['not an address', 'not an IP address'],
  ])('refuses %s as %s', (address, range) => {
    expect(nonPublicRange(address)).toBe(range);
  });

  it.each(['1.1.1.1', '93.184.215.14', '172.32.0.1', '192.167.255.255', '2606:4700::1111', '::ffff:1.1.1.1'])(
    'lets %s pass',
    (address) => {
      expect(nonPublicRange(address)).toBeUndefined();
    },
  );
});

describe('literalAddress', () => {
  it.each([
    ['http://127.1/', '127.0.0.1'],
    ['http://2130706433:8080/', '127.0.0.1'],
    ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['http://1.1.1.1./', '1.1.1.1'],
    ['http://localhost/', undefined],
    ['http://localhost./', undefined],
    ['http://127.0.0.1.example/', undefined],
  ])('finds in %s %s', (url, address) => {
    expect(literalAddress(new URL(url))).toBe(address);
  });
});

describe('addressRefusal', () => {
  it('is undefined only when every address is public', () => {
    expect(addressRefusal('a.example', ['1.1.1.1', '2606:4700::1111'])).toBeUndefined();
    expect(addressRefusal('a.example', ['1.1.1.1', '10.0.0.1'])).toContain('a.example resolves to 10.0.0.1');
    expect(addressRefusal('10.0.0.1', ['10.0.0.1'])).toMatch(/^10\.0\.0\.1 is not a public address \(private\); set /);
  });
});
