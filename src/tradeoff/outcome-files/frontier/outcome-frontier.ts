import { compareOutcomes, computeWilsonInterval } from '../../statistics/index.ts';
import { findCurrency, listCosts, toCostPerThousand } from '../costs.ts';
import { comparePaired } from '../paired-comparison.ts';
import type { OutcomeTable } from '../read-outcomes.ts';
import type { FrontierReport } from '../schema.ts';
import { type Candidate, evaluatePoints } from './evaluate-points.ts';
import { PERCENTAGE_POINT } from './table-frontier.ts';

/**
 * The frontier of the candidates of a file of outcomes, on the rows with outcomes of all: paired comparisons at the two-sided level `alpha`.
 * Costs are means for 1,000 calls and are compared by estimates. Error: `currency_mismatch`.
 */
export function evaluateOutcomeFrontier(table: OutcomeTable, alpha: number): FrontierReport {
  const tail = alpha / 2;
  const whole = Int32Array.from(table.row, (_, at) => at).filter((at) =>
    table.candidates.every(({ quality }) => !Number.isNaN(quality[at])),
  );
  const select = (values: Float64Array): Float64Array => Float64Array.from(whole, (at) => values[at] as number);
  const cluster = table.cluster === null ? null : select(table.cluster);
  const priced = table.candidates.filter((candidate) => hasCost(listCosts(candidate)) && whole.length > 0);
  const currency = findCurrency(priced);
  const qualities = priced.map(({ quality }) => select(quality));
  const candidates = priced.map((candidate, at): Candidate => {
    const known = (listCosts(candidate) ?? new Float64Array()).filter((cost) => !Number.isNaN(cost));
    const cost = Number(toCostPerThousand(known, currency).amount);
    return {
      name: candidate.name,
      cost,
      n: whole.length,
      ...boundMean(qualities[at] as Float64Array, table.measure, tail),
    };
  });
  const isBetter = (place: number, other: number): boolean => {
    const [candidate, baseline] = [qualities[place] as Float64Array, qualities[other] as Float64Array];
    const question = { margin: 0, tail, looks: { kind: 'once' } } as const;
    return comparePaired({ measure: table.measure, candidate, baseline, cluster }, question).lower > 0;
  };
  const point = table.measure === 'correct' ? PERCENTAGE_POINT : 1;
  const leftOut = table.row.length - whole.length;
  return {
    points: evaluatePoints(candidates, isBetter, point),
    intervals: table.measure === 'correct' ? 'paired: Tango score intervals' : 'paired: t intervals',
    alpha,
    qualityScale: table.measure === 'correct' ? 'proportion' : 'as given',
    point,
    currency,
    unknownCost: table.candidates.filter((candidate) => !priced.includes(candidate)).map(({ name }) => name),
    unknownQuality: [],
    notes: leftOut === 0 ? [] : [`${leftOut} rows have no outcome of every candidate and are left out.`],
  };
}

function hasCost(costs: Float64Array | null): boolean {
  return costs?.some((cost) => !Number.isNaN(cost)) === true;
}

function boundMean(values: Float64Array, measure: OutcomeTable['measure'], tail: number) {
  const n = values.length;
  const quality = values.reduce((sum, value) => sum + value, 0) / n;
  if (measure === 'correct') return { quality, ...computeWilsonInterval({ successes: quality * n, n }, tail) };
  const question = { margin: 0, tail, looks: { kind: 'once' } } as const;
  const { lower, upper } = compareOutcomes({ design: 'paired', kind: 'mean', differences: values }, question);
  return { quality, lower: Number.isFinite(lower) ? lower : null, upper: Number.isFinite(upper) ? upper : null };
}
