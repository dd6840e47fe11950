import { isIP } from 'node:net';

/** The addresses and CIDR ranges of a comma-separated list; null where one of them is neither. */
export function addressRangesIn(list: string): string[] | null {
  const ranges = list
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '');
  return ranges.every(isRange) ? ranges : null;
}

function isRange(range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
