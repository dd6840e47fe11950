import { createRandom, type Random } from '../../../platform/numbers/index.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import { type CountPair, sumCounts } from '../samples.ts';
import { contingencyStatistic } from './chi-square.ts';

/** Draws end when this many reached the statistic: a p-value that is not small needs no more digits. */
const ENOUGH_REACHED = 40;
const MOST_DRAWS = 9999;
const FEWEST_DRAWS = 999;
/** Rows that may be drawn in all. */
const MOST_ROWS_DRAWN = 1e8;
const SEED = 20_061;

/**
 * Two-sample chi-square test with the law of its statistic given both margins, by drawing the smaller side from all rows
 * without replacement: right at any counts. The p-value of a sequential Monte Carlo test (Besag and Clifford 1991) is
 * exact: under no change it is at most alpha with a probability of at most alpha. The draws are seeded: equal counts give
 * an equal answer.
 */
export function permutedContingency(pair: CountPair): TestResult {
  if (pair.reference.length < 2) return { reason: 'there is only one value' };
  const [n, m] = [sumCounts(pair.reference), sumCounts(pair.current)];
  const few = Math.min(n, m);
  const draws = countDraws(few);
  const statistic = contingencyStatistic(pair);
  // Rounding errors must not separate equal tables.
  const limit = statistic * (1 - 1e-12);
  const urn = buildUrn(pair);
  const random = createRandom(SEED);
  let reached = 0;
  for (let draw = 1; draw <= draws; draw += 1) {
    const drawn = drawFrom(urn, few, pair.reference.length, random);
    const rest = drawn.map((count, at) => (pair.reference[at] ?? 0) + (pair.current[at] ?? 0) - count);
    if (contingencyStatistic({ reference: rest, current: drawn }) >= limit) reached += 1;
    if (reached === ENOUGH_REACHED) return toTestResult(statistic, reached / draw);
  }
  return toTestResult(statistic, (reached + 1) / (draws + 1));
}

function countDraws(few: number): number {
  return Math.max(FEWEST_DRAWS, Math.min(MOST_DRAWS, Math.floor(MOST_ROWS_DRAWN / few)));
}

/** The least p-value that the draws can give: that of a statistic which none of them reached. */
export function leastPermutedPValue({ reference, current }: CountPair): number {
  return 1 / (countDraws(Math.min(sumCounts(reference), sumCounts(current))) + 1);
}

/** The level of every row of both sides. */
function buildUrn({ reference, current }: CountPair): Uint32Array {
  const urn = new Uint32Array(sumCounts(reference) + sumCounts(current));
  let at = 0;
  reference.forEach((count, level) => {
    const both = count + (current[level] ?? 0);
    urn.fill(level, at, at + both);
    at += both;
  });
  return urn;
}

/** Counts of the first rows of a partly shuffled urn; the urn stays shuffled, which the next draw does not mind. */
function drawFrom(urn: Uint32Array, count: number, levels: number, random: Random): Float64Array {
  const drawn = new Float64Array(levels);
  for (let at = 0; at < count; at += 1) {
    const other = at + Math.floor(random() * (urn.length - at));
    const level = urn[other] ?? 0;
    urn[other] = urn[at] ?? 0;
    urn[at] = level;
    drawn[level] = (drawn[level] ?? 0) + 1;
  }
  return drawn;
}
