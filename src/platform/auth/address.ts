import { isIPv6 } from 'node:net';

/**
 * Key by which attempts are counted: an IPv4 address, or the /64 network of an IPv6 address, since one machine has all addresses of its network.
 * Example: `addressKey('2001:db8::1')` is `2001:db8:0:0`; `addressKey('::ffff:10.0.0.1')` is `10.0.0.1`.
 */
export function buildAddressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0');
  return [...groups, ...zeros, ...rest]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
