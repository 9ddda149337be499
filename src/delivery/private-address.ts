import ipaddr from 'ipaddr.js';

/** What IANA has given out as global unicast; the rest of IPv6 is special or unassigned. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Why we do not connect to an address: the name of the range that keeps it off the public internet (`loopback`,
 * `private`, `link local`…), or undefined for a public one.
 */
export function nonPublicRange(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'not an IP address';
  // An IPv4-mapped IPv6 address is judged as the IPv4 address that is connected to.
  const ip = ipaddr.process(address);
  const range = ip.range();
  if (range !== 'unicast') return range.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return ip.kind() === 'ipv6' && !ip.match(globalUnicast) ? 'reserved' : undefined;
}

/** The address a URL spells out itself; such a host is connected to without asking a resolver. */
export function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(host) ? host : undefined;
}

/** Why `host`, which stands for these addresses, is not connected to; undefined when all of them are public. */
export function addressRefusal(host: string, addresses: readonly string[]): string | undefined {
  for (const address of addresses) {
    const range = nonPublicRange(address);
    if (range !== undefined) {
      const subject = host === address ? address : `${host} resolves to ${address}, which`;
      return `${subject} is not a public address (${range}); set allow_private_address: true on this destination to allow it`;
    }
  }
  return undefined;
}
