import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { formatCount } from '../format/number.ts';
import { formatDate } from '../format/time.ts';

/**
 * Test of a check with its error and examples; null for a check that compares point values. Example: "Tango score interval,
 * one-sided alpha 0.05, 2,000 examples; 340 more needed, expected 4 Dec 2026".
 */
export function formatTest({ test, alpha, n, samplesNeeded, expectedAt }: Check): string | null {
  if (test == null || alpha == null) return null;
  const examples = n == null ? '' : `, ${formatCount(n)} examples`;
  const needed = samplesNeeded == null || samplesNeeded === 0 ? '' : `; ${formatCount(samplesNeeded)} more needed`;
  const expected = needed === '' || expectedAt == null ? '' : `, expected ${formatDate(expectedAt)}`;
  return `${test}, one-sided alpha ${alpha}${examples}${needed}${expected}`;
}
