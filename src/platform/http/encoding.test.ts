import { describe, expect, it } from 'vitest';
import { pickEncoding } from './encoding.ts';

describe('pickEncoding', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['identity', null],
    ['deflate', null],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['gzip;q=0', null],
    ['gzip;q=many', null],
    ['*', 'br'],
    ['*;q=0', null],
    ['br;q=0, *', 'gzip'],
    [',;,q=1;;', null],
  ])('answers "%s" with %s', (header, encoding) => {
    expect(pickEncoding(header, ['br', 'gzip'])).toBe(encoding);
  });

  it('offers only what there is', () => {
    expect(pickEncoding('br', ['gzip'])).toBeNull();
  });
});
