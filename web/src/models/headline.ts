import { decimal } from '../../../src/platform/units/schema.ts';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatMeasured, formatPercent, formatTimes } from '../format/number.ts';
import { comparedFigure } from './unit-costs.ts';
import { bestOn, findChampion, findDirection, findMetric } from './versions.ts';

export interface HeadlineFacts {
  readonly versions: readonly VersionEvidence[];
  readonly compared: ComparedUnitCosts;
  readonly policy: Policy | undefined;
  readonly metric: string | undefined;
  /** On this model, newest first. */
  readonly decisions: readonly Decision[];
}

/** The version that is best on the metric, compared with the champion; undefined without a champion or a metric. */
export function compareBest(facts: HeadlineFacts): { version: string; gain: string; cost: string } | undefined {
  const { versions, policy, metric } = facts;
  const champion = findChampion(versions, policy);
  if (champion === undefined || metric === undefined) return undefined;
  const best = bestOn(versions, metric, findDirection(metric, policy));
  const [here, there] = [findMetric(champion, metric), findMetric(best, metric)];
  if (best === undefined || here === undefined || there === undefined) return undefined;
  const gain = here === 0 ? 'better' : `${formatPercent(Math.abs((there - here) / here) * 100)} better`;
  const cost =
    costTextAtDemand(facts.decisions, champion.version, best.version) ??
    costText(facts.compared, champion.version, best.version);
  return { version: best.version, gain, cost };
}

/**
 * The costs a month at the demand by which both were decided, so that the ratio is that of the amounts in the sentence; null unless both
 * have one, at the same demand and in the same currency.
 */
function costTextAtDemand(decisions: readonly Decision[], champion: string, best: string): string | null {
  const [own, other] = [champion, best].map((version) => {
    const latest = decisions.find((decision) => decision.version === version);
    return latest?.checks.find(({ unit, atDemand }) => unit.endsWith('per month') && atDemand !== undefined);
  });
  if (own?.measured == null || other?.measured == null || own.unit !== other.unit) return null;
  if (own.atDemand?.demand.predictionsPerMonth !== other.atDemand?.demand.predictionsPerMonth) return null;
  if (overlap(own.interval, other.interval)) return 'at about the same cost at demand';
  return describeRatio(other.measured, own.measured, 'at demand');
}

/** Example: "but costs 8 times as much per prediction". */
function describeRatio(amount: string, other: string, where: string): string {
  const [cost, before] = [decimal(amount), decimal(other)];
  if (before.isZero()) return 'at a cost per prediction that cannot be compared';
  const percent = cost.minus(before).dividedBy(before).times(100).toNumber();
  if (Math.abs(percent) < 1) return `at about the same cost ${where}`;
  if (percent < 0) return `and costs ${formatPercent(-percent)} less ${where}`;
  if (percent < 100) return `but costs ${formatPercent(percent)} more ${where}`;
  return `but costs ${formatTimes(amount, other)} as much ${where}`;
}

/** A cost comparison needs both figures in the comparison: then they have one basis, hardware, window and currency. */
function costText(compared: ComparedUnitCosts, champion: string, best: string): string {
  const [own, other] = [champion, best].map((version) => comparedFigure(compared, version).figure);
  if (own == null || other == null) return 'at a cost per prediction that cannot be compared';
  if (overlap(own.interval, other.interval)) return 'at about the same cost per prediction';
  return describeRatio(other.perThousand.amount, own.perThousand.amount, 'per prediction');
}

/**
 * The verdict on a model as one would say it: which version to ship, and why a better one was refused.
 *
 * @example "Ship v7. v6 is 46 % better on ndcg@10 but costs 5 times as much at demand ($325.58 per month against a limit of $172.80): rejected."
 */
export function verdictSentence(facts: HeadlineFacts): string {
  const { versions, policy, metric, decisions } = facts;
  const champion = findChampion(versions, policy);
  if (champion === undefined) {
    const [latest] = decisions;
    const told =
      latest === undefined
        ? 'and none has been evaluated'
        : `the latest verdict is ${latest.verdict} of v${latest.version}`;
    return `No version is champion yet, ${told}.`;
  }
  const lead = describeChampion(champion.version, decisions);
  if (metric === undefined) return lead;
  const best = compareBest(facts);
  if (best === undefined) return lead;
  if (best.version === champion.version) return `${lead} No version is better on ${formatMetricName(metric)}.`;
  const refusal = describeRefusal(best.version, decisions);
  return `${lead} v${best.version} is ${best.gain} on ${formatMetricName(metric)} ${best.cost}${refusal}.`;
}

function describeChampion(version: string, decisions: readonly Decision[]): string {
  const latest = decisions.find((decision) => decision.version === version);
  if (latest === undefined) return `v${version} is champion and has not been evaluated.`;
  if (latest.verdict === 'promote') return `Ship v${version}.`;
  return latest.verdict === 'hold'
    ? `v${version} is champion; policy ${latest.policy} holds it until evidence is complete.`
    : `v${version} is champion, although policy ${latest.policy} rejects it.`;
}

/** Example: " ($325.58 per month against a limit of $172.80): rejected". */
function describeRefusal(version: string, decisions: readonly Decision[]): string {
  const latest = decisions.find((decision) => decision.version === version);
  if (latest === undefined) return '; it has not been evaluated';
  const word = VERDICT_TEXTS[latest.verdict];
  const failed = latest.checks.filter(({ side, holds }) => side === 'cost' && holds === false);
  const check = failed.find(({ unit }) => unit.endsWith('per month')) ?? failed[0];
  if (check === undefined || check.measured === null || check.bound === null) return `: ${word}`;
  const measured = formatMeasured(check.measured, check.unit);
  const bound = formatMeasured(check.bound, check.unit, check.measured).figure;
  return ` (${measured.figure} ${measured.unit} against a limit of ${bound}): ${word}`;
}

type FigureInterval = ComparedUnitCosts['figures'][number]['interval'];

function overlap(one: FigureInterval, other: FigureInterval): boolean {
  if (one === null || other === null) return false;
  return decimal(one.lower).lessThanOrEqualTo(other.upper) && decimal(other.lower).lessThanOrEqualTo(one.upper);
}

const VERDICT_TEXTS = { promote: 'promoted', hold: 'on hold', reject: 'rejected' } as const;
