import { isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressList } from '../../src/config/address-list.ts';

describe('a list of addresses', () => {
  it.each([
    ['10.0.0.5', '10.0.0.5', true],
    ['10.0.0.5', '10.0.0.6', false],
    ['10.0.0.5', '::ffff:10.0.0.5', true],
    ['172.18.0.0/16', '172.18.255.1', true],
    ['172.18.0.0/16', '172.19.0.1', false],
    ['::1', '::1', true],
    [' 10.0.0.5 , fd00::/8 ', 'fd12::1', true],
    ['127.0.0.1', '', false],
  ])('%s has %s in it: %s', (list, address, isIn) => {
    expect(addressList(list)?.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')).toBe(isIn);
  });

  it.each([
    '',
    ',',
    'proxy',
    '10.0.0',
    '10.0.0.5,',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/-1',
  ])('is not %s', (text) => {
    expect(addressList(text)).toBeUndefined();
  });
});
