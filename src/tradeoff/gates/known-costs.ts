import type { VersionEvidence } from '../evidence/schema.ts';
import type { AtDemand, UnitCost, UnitCostBasis } from '../unit-cost/schema.ts';
import type { Check, PredictionCostRule } from './schema.ts';

/** A rule for a cost of predictions; that of a return is taken as its cost a month. */
export type ServingCostRule = Exclude<PredictionCostRule, { measure: 'roi' }>;

/** Evidence from when unit costs had a basis. */
export type BasedEvidence = VersionEvidence & { readonly unitCosts: readonly UnitCost[] };

/** A cost of predictions as a rule asks for it. */
export interface MeasuredCost {
  /** Exact decimal in the currency of the policy; null when unknown. */
  readonly amount: string | null;
  /** null only in evidence from before costs had a basis. */
  readonly basis: UnitCostBasis | null;
  readonly interval: Check['interval'];
  /** Inputs of a cost at demand. */
  readonly atDemand?: AtDemand;
  /** Where it came from, or why it is unknown. */
  readonly source: string;
}

/** A cost that is not known, with the reason. */
export function buildUnknownMeasuredCost(basis: UnitCostBasis, reason: string): MeasuredCost {
  return { amount: null, basis, interval: null, source: `unknown: ${reason}` };
}

/** A benchmark whose cost, service time and price are known. */
export type KnownBenchmark = UnitCost & {
  readonly perThousand: NonNullable<UnitCost['perThousand']>;
  readonly serviceTime: NonNullable<UnitCost['serviceTime']>;
  readonly pricePerHour: NonNullable<UnitCost['hardware']['pricePerHour']>;
};

/**
 * The one benchmark that is known in the currency, or a reason in words. With several: on the named hardware, else the endpoint's; with the stated
 * batch size.
 */
export function chooseBenchmark(
  rule: ServingCostRule,
  { unitCosts, scaling = [] }: BasedEvidence,
  currency: string,
): KnownBenchmark | string {
  const named = unitCosts.filter(
    ({ basis, hardware, batchSize }) =>
      basis === 'benchmark' &&
      (rule.hardware === undefined || hardware.name === rule.hardware) &&
      (rule.batchSize === undefined || batchSize === rule.batchSize),
  );
  const batches = rule.batchSize === undefined ? '' : ` with batches of ${rule.batchSize}`;
  const where = `${rule.hardware === undefined ? '' : ` on ${rule.hardware}`}${batches}`;
  const [first] = named;
  if (first === undefined) {
    return `no benchmark${where} was recorded; record usage with a count of predictions and without an endpoint`;
  }
  const served = named.filter(({ hardware }) => scaling.some((bounds) => bounds.hardware === hardware.name));
  const left = served.length > 0 ? served : named;
  const [chosen = first, ...others] = left;
  if (others.length === 0) return toKnownBenchmark(chosen, currency);
  const names = new Set(left.map(({ hardware }) => hardware.name));
  if (names.size > 1) return `benchmarks were run on ${[...names].join(', ')}; name "hardware" in the policy`;
  const sizes = left.map(({ batchSize }) => batchSize ?? 'unknown size').join(', ');
  return `benchmarks on ${chosen.hardware.name} were run with batches of ${sizes}; name "batchSize" in the policy`;
}

function toKnownBenchmark(cost: UnitCost, currency: string): KnownBenchmark | string {
  const { perThousand, serviceTime, hardware, reason } = cost;
  const { pricePerHour } = hardware;
  if (perThousand === null || serviceTime === null || pricePerHour === null) return reason ?? 'it was not measured';
  if (perThousand.currency !== currency) {
    return `its cost is in ${perThousand.currency}, the policy is in ${currency}`;
  }
  return { ...cost, perThousand, serviceTime, pricePerHour };
}
