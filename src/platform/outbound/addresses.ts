import { BlockList, isIP } from 'node:net';

/**
 * Public internet addresses (IANA's special-purpose registries: "globally reachable"). All other addresses
 * lead into the network of this server: loopback, private, link-local with the metadata services of the clouds.
 */

const special4 = buildBlockList('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]);

/** Allocated IPv6 space; no address outside it is public. */
const global6 = buildBlockList('ipv6', ['2000::/3']);
/** Not public, although inside it: protocol assignments with Teredo, documentation, 6to4 (which embeds an arbitrary IPv4 address). */
const special6 = buildBlockList('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);
/** Forms that embed an IPv4 address, which decides alone: mapped, and NAT64. */
const wrapping6 = buildBlockList('ipv6', ['::ffff:0:0/96', '64:ff9b::/96']);

/** True for an IP address on the public internet; false for any other and for text that is not an IP address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special4.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  if (wrapping6.check(address, 'ipv6')) return isPublicAddress(unwrapAddress(address));
  return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
}

/** The IPv4 address in the last 32 bits. The URL parser writes every spelling in one form. */
function unwrapAddress(address: string): string {
  const host = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [high = '0', low = '0'] = host.split(':').slice(-2);
  const bits = [Number.parseInt(high || '0', 16), Number.parseInt(low || '0', 16)];
  return bits.flatMap((part) => [part >> 8, part & 0xff]).join('.');
}

function buildBlockList(family: 'ipv4' | 'ipv6', subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', bits] = subnet.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}
