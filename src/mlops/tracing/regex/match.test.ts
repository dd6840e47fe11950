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

  it.each([
    ['^\\w+$', 'überé', true],
    ['^[\\W]$', 'é', false],
    ['^[^\\W]$', '_', true],
    ['^[\\W]$', '\u203f', true],
    ['^\\d$', '٣', true],
    ['^[\\s\\S]$', '\n', true],
    ['^\\s$', '\ufeff', true],
    ['[a[]b', '[b', true],
    ['^[[:alpha:]\\d]{2}$', 'x٣', true],
    ['^[\\]\\w]{2}$', ']é', true],
    ['\\Qa{200}\\E', 'a{200}', true],
    ['^[{200}]$', '2', true],
    ['^\\x{200}$', '\u0200', true],
  ])('reads classes by Unicode: %s in %s', (pattern, text, expected) =>
    expect(compilePattern(pattern)(text)).toBe(expected),
  );

  it('compiles or refuses any pattern, long ones before they are compiled', () => {
    const unit = constantFrom(...'ab()[]{}^$|*+?.\\-,:19QEwWdDsSbBpPxLi<=!é😀\ud800');
    assert(
      property(string({ unit, maxLength: 20 }), (pattern) => {
        try {
          expect(compilePattern(pattern)('ab')).toBeTypeOf('boolean');
        } catch (error) {
          expect(error).toMatchObject({ code: 'search_filter_invalid' });
        }
      }),
      { numRuns: 2_000 },
    );
    for (const long of [
      'a'.repeat(1e6),
      '('.repeat(1e6),
      '(?:'.repeat(660),
      '(\\w{100}){30}',
      '[a-z]{0,100}'.repeat(30),
    ]) {
      expect(() => compilePattern(long)).toThrow(expect.objectContaining({ code: 'search_filter_invalid' }));
    }
  });

  it('takes a time that grows with the text, whatever the pattern', () => {
    const text = 'x'.repeat(50_000);
    const startedAt = performance.now();
    // The automaton that this replaces took 22 s for the second one.
    for (const pattern of ['(x+x+)+y', '(\\w{0,100}){9}!', '.{0,100}z'])
      expect(compilePattern(pattern)(text)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('is done with a text that makes others try for ever', () => {
    expect(compilePattern('(a+)+$')(`${'a'.repeat(50_000)}b`)).toBe(false);
  });
});
