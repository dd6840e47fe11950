import { expect, it } from 'vitest';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { formatTest } from './test-text.ts';

const check: Check = {
  ...{ name: 'accuracy floor', side: 'quality', measured: '0.9', unit: 'accuracy', comparison: '>=', bound: '0.89' },
  ...{ holds: null, interval: null, source: 'evaluation', n: 2000, test: 'Tango score interval', alpha: 0.05 },
  ...{ samplesNeeded: 340, expectedAt: '2026-12-04T10:00:00Z' },
};

it('names the test with its error, examples and what is missing', () => {
  expect(formatTest(check)).toMatch(
    /^Tango score interval, one-sided alpha 0\.05, 2,000 examples; 340 more needed, expected .*2026/,
  );
});

it('says nothing about a check that compares point values', () => {
  expect(formatTest({ ...check, test: null })).toBeNull();
});

it('leaves out what is not needed', () => {
  expect(formatTest({ ...check, samplesNeeded: 0 })).toBe('Tango score interval, one-sided alpha 0.05, 2,000 examples');
});
