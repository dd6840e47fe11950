import { expect, it } from 'vitest';
import { askedFilter, awaitsKey, runFilter, wordBefore } from './run-filter.ts';

it('joins what is written with what is chosen', () => {
  expect(runFilter({}, undefined, 0)).toBe('');
  const search = { filter: ' metrics.f1 > 0.5 ', status: 'FAILED', since: '24h' } as const;
  expect(runFilter(search, "d'art", 100_000_000)).toBe(
    "metrics.f1 > 0.5 and status = 'FAILED' and start_time >= 13600000 and tags.steelyard.team = 'd''art'",
  );
  const day = { from: '1970-01-02', to: '1970-01-02' };
  expect(runFilter({}, undefined, 0, day)).toBe('start_time >= 86400000 and start_time < 172800000');
});

it.each([
  ['met', 3, 'met', true],
  ['metrics.f1 > 0.5 and par', 24, 'par', true],
  ['metrics.f1 > 0.5 an', 19, 'an', false],
  ['metrics.f1 ', 11, '', false],
  ['', 0, '', true],
])('in "%s" at %d the word is "%s" and a key is awaited: %s', (text, cursor, word, awaits) => {
  expect([wordBefore(text, cursor), awaitsKey(text, cursor)]).toEqual([word, awaits]);
});

it.each([
  ['', [], ''],
  [' metrics.f1 > 0.5 ', [], 'metrics.f1 > 0.5'],
  ['als-3', [], "run_name ILIKE '%als-3%'"],
  ["it's", [], "it's"],
  ['two words', [], "run_name ILIKE '%two words%'"],
  ['status', ['status'], null],
  ['metrics.new', [], null],
  ["run_name like 'a%'", [], "run_name like 'a%'"],
])('"%s" with the keys %j asks for %j', (text, keys, asked) => {
  expect(askedFilter(text, keys)).toBe(asked);
});
