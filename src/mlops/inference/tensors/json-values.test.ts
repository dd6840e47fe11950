import { describe, expect, it } from 'vitest';
import { parseJson } from './json-values.ts';

const parse = (text: string) => parseJson(text, { words: true });

describe('JSON of predictions', () => {
  it('has long integers exact, and fractions of many digits as numbers', () => {
    expect(parse('[9007199254740993, -9223372036854775808, 12]')).toEqual([
      9007199254740993n,
      -9223372036854775808n,
      12,
    ]);
    expect(parse('[0.12345678901234567, 1234567890123456.5, 1e-1234567890123456]')).toEqual(
      ['0.12345678901234567', '1234567890123456.5', '0'].map(Number),
    );
  });

  it('takes a large tensor of fractions', () => {
    const text = `[${Array(300_000).fill('0.1234567890123456').join()}]`;
    expect(parse(text)).toHaveLength(300_000);
  });

  it.each([
    ['deep', '['.repeat(65)],
    ['many values', `[${'0,'.repeat(2_000_000)}0]`],
    ['many exact integers', `[${Array(250_001).fill('9007199254740993').join()}]`],
  ])('is refused when it has %s', (_name, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ kind: 'bad_request' }));
  });
});
