import type { Variant } from '../../mlops/endpoint-spec/schema.ts';
import type { ArmSpan } from '../../mlops/gateway/index.ts';
import { type Comparison, type ComparisonQuestion, compareOutcomes } from '../statistics/index.ts';
import { type LimitedCheck, SPAN_LOOKS } from './checks.ts';
import type { OptimizationSpec } from './spec/schema.ts';

const CAPACITY_FIELDS: readonly string[] = ['replicas', 'scaling', 'resources', 'kubernetes'];

/** Whether the same version gets other replicas: their number, their resources or their nodes. */
export function isCapacityChange({ change }: Pick<OptimizationSpec, 'change'>): boolean {
  if ('toVariant' in change) return false;
  const fields = Object.entries(change).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  return fields.every((field) => CAPACITY_FIELDS.includes(field));
}

/** Replicas of an arm, in its document and in the trial. */
export interface ArmCapacity {
  /** Share of the traffic that the arm has, above 0 and below 1. */
  readonly share: number;
  /** Replicas of one server at least: in the trial, and with all of the traffic. */
  readonly trialMin: number;
  readonly min: number;
  /** Replicas of one server at most. */
  readonly max: number;
  /** Whether their number does not depend on the traffic. */
  readonly isFixed: boolean;
  /** Price of a replica for an hour; null: none. */
  readonly pricePerHour: number | null;
}

/** Both arms with their measured spans. */
export interface TrialCapacity {
  readonly baseline: ArmCapacity & { readonly spans: readonly ArmSpan[] };
  readonly candidate: ArmCapacity & { readonly spans: readonly ArmSpan[] };
}

/** Replicas of a variant in its document. */
export function readCapacity({
  replicas: { min, max = Math.max(1, min) },
  scaling,
}: Pick<Variant, 'replicas' | 'scaling'>): Pick<ArmCapacity, 'min' | 'max' | 'isFixed'> {
  return { min, max, isFixed: min > 0 && (scaling === undefined || scaling.policy === 'fixed') };
}

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Replicas of one server that an arm would hold with all of the traffic, from the `count` that it holds with its share. A fixed number is known.
 * With autoscaling, `count` above the minimum is needed by the share, and `count - 1` was not enough; at the minimum the need is anything up to it.
 *
 * @example a minimum of 1, 4 replicas at half of the traffic -> 6 to 8
 */
export function boundReplicas(count: number, { share, trialMin, min, max, isFixed }: ArmCapacity): Bounds {
  if (isFixed) return { lower: (min * count) / trialMin, upper: (min * count) / trialMin };
  const limit = (replicas: number) => Math.min(max, Math.max(min, replicas));
  if (count <= trialMin) return { lower: min, upper: limit(trialMin / share) };
  return { lower: limit((count - 1) / share), upper: limit(count / share) };
}

/**
 * Cost of all replicas for an hour with all of the traffic, baseline less candidate, by minute: it must be above 0. Idle time is in it. Shares
 * of the traffic do not bias it: see {@link boundReplicas}; a saving must be proven at the worse bounds, and harm at the better ones.
 * A fixed number of replicas has the same cost in each minute, which does not prove that it stays so: one more minute is added in which the candidate
 * costs twice as much as the baseline, or nothing for harm. So at the error 0.05 a saving of half of the cost is proven after 14 minutes, one of a tenth after 43.
 */
export function buildCapacityCheck({ baseline, candidate }: TrialCapacity): LimitedCheck {
  const check = { kind: 'saving', name: 'cost of an hour', limit: 'less than the baseline' } as const;
  const minutes = pairMinutes(baseline.spans, candidate.spans);
  const prices = { baseline: baseline.pricePerHour ?? Number.NaN, candidate: candidate.pricePerHour ?? Number.NaN };
  const costs = minutes.map((counts) => {
    const [before, after] = [boundReplicas(counts.baseline, baseline), boundReplicas(counts.candidate, candidate)];
    return {
      least: prices.baseline * before.lower - prices.candidate * after.upper,
      most: prices.baseline * before.upper - prices.candidate * after.lower,
      whole: prices.baseline * before.upper,
    };
  });
  const whole = Math.max(0, ...costs.map((cost) => cost.whole));
  const compare = (saved: readonly number[], question: Question) =>
    compareOutcomes(
      { design: 'paired', kind: 'mean', differences: Float64Array.from(saved) },
      { ...question, looks: SPAN_LOOKS, margin: 0 },
    );
  return {
    ...{ ...check, n: minutes.length, reason: explainUnknown({ baseline, candidate }, minutes.length) },
    compare: (question) =>
      combine(
        compare([...costs.map(({ least }) => least), -whole], question),
        compare([...costs.map(({ most }) => most), whole], question),
      ),
  };
}

type Question = Pick<ComparisonQuestion, 'tail' | 'looks'>;

function explainUnknown({ baseline, candidate }: TrialCapacity, minutes: number): string | null {
  if (baseline.pricePerHour === null || candidate.pricePerHour === null)
    return 'A replica has no price now: apply a PriceBook.';
  if (!(candidate.share > 0)) return 'The candidate has no traffic yet.';
  return minutes === 0 ? 'No minute with replicas of both arms yet.' : null;
}

/** The lower end at the worse bounds and the upper end at the better ones. */
function combine(worse: Comparison, better: Comparison): Comparison {
  const verdict =
    worse.verdict === 'non-inferior' ? 'non-inferior' : better.verdict === 'inferior' ? 'inferior' : 'inconclusive';
  const samplesNeeded = verdict === 'inconclusive' ? worse.samplesNeeded : 0;
  return {
    ...{ ...worse, upper: better.upper, verdict, samplesNeeded },
    estimate: (worse.estimate + better.estimate) / 2,
    reason: worse.reason ?? better.reason,
  };
}

/** Replicas of one server in the minutes in which both arms were measured. */
function pairMinutes(baseline: readonly ArmSpan[], candidate: readonly ArmSpan[]) {
  const count = ({ replicaMs, measuredMs }: ArmSpan) => replicaMs / measuredMs;
  const held = new Map(candidate.filter(isMeasured).map((span) => [span.at, count(span)]));
  return baseline.filter(isMeasured).flatMap((span) => {
    const other = held.get(span.at);
    return other === undefined ? [] : [{ baseline: count(span), candidate: other }];
  });
}

function isMeasured({ measuredMs }: ArmSpan): boolean {
  return measuredMs > 0;
}

/** Load of a replica in the trial as a share of its load after the change, from which on guardrails say something about the change. */
const LEAST_LOAD = 0.9;

/**
 * A fixed number of replicas must be compared under the load that they will have: two replicas with half of the traffic each have half of the load
 * that one of them has with all of it. With autoscaling their number follows the load. Null: no such condition.
 *
 * @example 3 replicas after the change, at 50 % of the traffic: 2 in the trial, with 75 % of the load
 */
export function buildLoadCheck(candidate: ArmCapacity, requests: number, lastShare: number): LimitedCheck | null {
  if (!candidate.isFixed) return null;
  const has = computeLoad(candidate, candidate.share);
  const percent = (ratio: number) => `${Math.round(100 * ratio)} %`;
  const isLast = candidate.share >= lastShare;
  const hint = isLast ? `: end spec.ramp.percents at ${100 * LEAST_LOAD}` : '';
  const reason = `A replica of the candidate has ${percent(has)} of its load after the change${hint}`;
  return {
    ...{ kind: 'guardrail', name: 'load of a replica', n: requests },
    limit: `at least ${percent(LEAST_LOAD)} of that after the change`,
    reason: has >= LEAST_LOAD - 1e-9 ? null : reason,
    compare: ({ tail }) => ({
      ...{ n: requests, estimate: has, lower: has, upper: has, tail, samplesNeeded: 0, reason: null },
      ...{ test: 'share of the traffic', verdict: 'non-inferior' },
    }),
  };
}

function computeLoad({ min, trialMin }: Pick<ArmCapacity, 'min' | 'trialMin'>, share: number): number {
  return trialMin === 0 ? 0 : (share * min) / trialMin;
}
