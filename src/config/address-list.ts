import { BlockList, isIP } from 'node:net';

/** Addresses and networks, as in `10.0.0.5, 172.18.0.0/16`; undefined for a text that is no such list. */
export function addressList(text: string): BlockList | undefined {
  const list = new BlockList();
  const areAdded = text.split(',').map((entry) => addTo(list, entry.trim()));
  return areAdded.every(Boolean) ? list : undefined;
}

function addTo(list: BlockList, entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (prefix === undefined) {
    list.addAddress(address, family);
    return true;
  }
  const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
  // A network of everybody is nobody's.
  if (length < 1 || length > (version === 4 ? 32 : 128)) return false;
  list.addSubnet(address, length, family);
  return true;
}
