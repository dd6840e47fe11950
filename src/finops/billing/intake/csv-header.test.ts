import { expect, it } from 'vitest';
import { parseHeader } from './csv-header.ts';

const columns = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`).join(',');

it('reads a header of as many columns as exports have', () => {
  expect(parseHeader(`${columns(5000)}\n1,2\n`, 'a.csv').header).toHaveLength(5000);
});

it.each([
  ['too many columns', `${columns(5001)}\n`],
  ['a million columns', `${','.repeat(1_000_000)}\n`],
  ['one quoted field without an end', `"${'x'.repeat(1_000_000)}`],
])('refuses %s', (_name, text) => {
  expect(() => parseHeader(text, 'a.csv')).toThrow(expect.objectContaining({ code: 'file_format_unknown' }));
});
