import { decimal, decimalString } from '../../platform/units/index.ts';
import { type Candidate, evaluatePoints } from '../outcome-files/index.ts';
import { testGain, toSign } from './compare-quality.ts';
import type { PlannedPoint } from './list-points.ts';
import type { PairBook } from './pair-book.ts';
import type { ModelFrontierPoint, QualityAxis } from './schema.ts';

/** Status of a point. */
export type PointStatus = Pick<ModelFrontierPoint, 'onPointFrontier' | 'status' | 'by' | 'tradePrice'>;

/** Whether one point is better than another with confidence; null: the pair is not read yet. */
export type PointTest = (point: PlannedPoint, other: PlannedPoint) => boolean | null;

/**
 * A test of two points. Versions are compared on the same examples (paired); points of one version differ in cost only, so that one is
 * better when its interval of the cost lies below the other's. Versions that cannot be paired are not told apart.
 */
export function createPointTest(axis: QualityAxis, pairs: PairBook): PointTest {
  const tested = new Map<string, boolean>();
  return (point, other) => {
    if (point.version === other.version) return isCheaper(point, other);
    const key = `${point.version} ${other.version}`;
    const known = tested.get(key);
    if (known !== undefined) return known;
    const paired = pairs.find({ candidate: point.version, baseline: other.version });
    if (paired === undefined) return null;
    const isBetter = paired !== null && testGain(paired, axis, { gain: 0, tail: axis.alpha / 2 }).lower > 0;
    tested.set(key, isBetter);
    return isBetter;
  };
}

function isCheaper({ cost: { perMonth: own } }: PlannedPoint, { cost: { perMonth: other } }: PlannedPoint): boolean {
  return decimal(own.upper ?? own.amount).lessThan(other.lower ?? other.amount);
}

const SIGNIFICANT_DIGITS = 12;

/** Frontier, dominated and tied points with their trade prices, by point; in the order of cost. */
export function classifyPoints(
  points: readonly PlannedPoint[],
  axis: QualityAxis,
  isBetter: PointTest,
): Map<string, PointStatus> {
  const sign = toSign(axis);
  const candidates = points.map(
    ({ point, cost, quality }): Candidate => ({
      name: point,
      cost: Number(cost.perMonth.amount),
      quality: sign * quality.estimate,
      n: quality.n,
      lower: null,
      upper: null,
    }),
  );
  const test = (place: number, other: number): boolean | null => {
    const [one, two] = [points[place], points[other]];
    return one === undefined || two === undefined ? null : isBetter(one, two);
  };
  const evaluated = evaluatePoints(candidates, test, axis.point);
  return new Map(
    evaluated.map(({ name, onPointFrontier, status, by, tradePrice: range }) => [
      name,
      {
        onPointFrontier,
        status,
        by,
        tradePrice: range && { from: toPrice(range.from), to: range.to === null ? null : toPrice(range.to) },
      },
    ]),
  );
}

function toPrice(value: number): string {
  return decimalString(decimal(value).toSignificantDigits(SIGNIFICANT_DIGITS));
}
