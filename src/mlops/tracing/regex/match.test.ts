import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from './match.ts';

describe('a regular expression after RLIKE', () => {
  const pieces = [
    'a',
    'b',
    '.',
    'a*',
    'b+',
    '(ab|b)',
    '[ab]',
    '[^a]',
    'a?',
    '(a|b)*',
    'a{2}',
    'b{1,3}',
    '^',
    '$',
    '\\w',
    '\\d',
    '\\b',
    '|',
    '(?:ba)+?',
  ];

  it('matches what JavaScript’s own matches', () => {
    const texts = string({ unit: constantFrom('a', 'b', '1', ' ', 'é', '\n'), maxLength: 8 });
    const patterns = array(constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(''));
    assert(
      property(patterns, texts, (pattern, text) => {
        // Of a word, JavaScript knows ASCII only.
        const own = pattern.replaceAll('\\w', '[\\p{L}\\p{N}_]');
        if (own.includes('\\b')) return;
        expect(compilePattern(pattern)(text)).toBe(new RegExp(own, 'u').test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['^claude-.*-2025', 'claude-sonnet-2025', true],
    ['\\bcost\\b', 'the cost of', true],
    ['\\bcost\\b', 'the costs of', false],
    ['[A-Z][a-z]+', 'über Nacht', true],
    ['a\\.b', 'axb', false],
    ['[]x]', ']', true],
    ['', 'anything', true],
  ])('%s in %s', (pattern, text, expected) => expect(compilePattern(pattern)(text)).toBe(expected));

  it.each(['(', ')', '[a', '*a', 'a{3,1}', 'a{200}', '(?=a)', '(a)\\1', '((((a{90}){90}){90}){90})', '\\'])(
    'refuses %s',
    (pattern) => {
      expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: 'search_filter_invalid' }));
    },
  );

  it('is done with a text that makes others try for ever', () => {
    expect(compilePattern('(a+)+$')(`${'a'.repeat(50_000)}b`)).toBe(false);
  });
});
