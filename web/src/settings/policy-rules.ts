import type { CostRule, PolicySpec, QualityRule } from '../../../src/tradeoff/gates/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatMeasured, formatPercent } from '../format/number.ts';

type Rules = Pick<PolicySpec, 'quality' | 'cost' | 'currency' | 'alias'>;

/** Requirements for quality, one a metric. Example: "ndcg@10: at least 0.13, not worse than @champion by 0.01". */
export function describeQualityRules({ quality, alias }: Rules): string[] {
  return quality.map((rule) => `${formatMetricName(rule.metric)}: ${describeBounds(rule, alias).join(', ')}`);
}

function describeBounds(rule: QualityRule, alias: string): string[] {
  const { direction, floor, notWorseThanChampionBy: worse, nonInferiority, superiority } = rule;
  const margin =
    nonInferiority === undefined
      ? worse
      : 'margin' in nonInferiority
        ? nonInferiority.margin
        : formatPercent(100 * nonInferiority.relativeMargin);
  return [
    ...(floor === undefined ? [] : [`${direction === 'higher' ? 'at least' : 'at most'} ${floor}`]),
    ...(margin === undefined ? [] : [`not worse than @${alias} by ${margin}`]),
    ...(superiority === undefined ? [] : [`better than @${alias}`]),
  ];
}

const PER_THOUSAND = 'per 1,000 predictions';

/** Requirements for cost. Example: "cost at most $3,900.00 per month". */
export function describeCostRules({ cost, currency }: Rules): string[] {
  return cost.map((rule) => describeCostRule(rule, currency));
}

function describeCostRule(rule: CostRule, currency: string): string {
  const money = (amount: string, per: string) => {
    const { figure, unit } = formatMeasured(amount, `${currency} ${per}`.trim());
    return `at most ${figure}${unit === '' ? '' : ` ${unit.replace(/ predictions$/, '')}`}`;
  };
  switch (rule.measure) {
    case 'trainingCost':
      return `training: ${money(rule.atMost, '')}`;
    case 'makingCost':
      return `making: ${money(rule.atMost, '')}`;
    case 'costPerThousandPredictions':
      return `predictions: ${money(rule.atMost, PER_THOUSAND)}`;
    case 'costPerMonth':
      return `predictions: ${money(rule.atMost, 'per month')}`;
    case 'budget':
      return `within budget ${rule.budget}`;
    case 'roi':
      return `return: at least ${formatPercent(100 * Number(rule.atLeast))}`;
  }
}
