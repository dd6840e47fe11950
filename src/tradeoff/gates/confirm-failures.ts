import type { Check } from './schema.ts';

/**
 * Leaves a test of quality failed only if it fails by Holm's step-down rule over all of them: one failure rejects, so that without a
 * correction a version within all bounds would be rejected with a chance of up to alpha for each test. A test passes at alpha itself,
 * as all of them have to pass. `testAt` makes the same checks with another one-sided error. Other failures stand, also of a return, whose
 * error is divided between its parts already.
 *
 * Equal to Holm's rule on p-values, without computing them: tests are compared at alpha / (number of tests); while one fails, the
 * others are compared again at alpha / (number of the others).
 *
 * @example confirmFailures(checks, 0.05, (alpha) => testAll({ ...policy, alpha }))
 */
export function confirmFailures(
  checks: readonly Check[],
  alpha: number,
  testAt: (alpha: number) => readonly Check[],
): Check[] {
  const tested = checks.flatMap((check, place) => (isTest(check) ? [place] : []));
  const failing = tested.filter((place) => checks[place]?.holds === false);
  if (tested.length < 2 || failing.length === 0) return [...checks];
  const confirmed = new Set<number>();
  for (;;) {
    const rest = tested.length - confirmed.size;
    const again = rest === 0 ? [] : testAt(alpha / rest);
    const found = failing.filter((place) => !confirmed.has(place) && again[place]?.holds === false);
    if (found.length === 0) break;
    for (const place of found) confirmed.add(place);
  }
  return checks.map((check, place) =>
    failing.includes(place) && !confirmed.has(place)
      ? { ...check, holds: null, source: `${check.source}; ${describeUnconfirmed(tested.length)}` }
      : check,
  );
}

const isTest = ({ side, alpha }: Check): boolean => side === 'quality' && alpha != null;

function describeUnconfirmed(tests: number): string {
  return `fails alone, but not with an error of alpha for all ${tests} tests of quality together (Holm)`;
}
