import { decimal, decimalString, formatMoneyText } from '../../../platform/units/index.ts';
import type { ReturnFigures } from '../../returns/schema.ts';
import type { CostMeasure, ScorecardDays } from './schema.ts';
import { computeMoneyTrend } from './trend.ts';

/** Present state of a budget of exactly the model. */
export interface ModelBudget {
  readonly name: string;
  readonly limit: { readonly amount: string; readonly currency: string };
  readonly spent: { readonly amount: string; readonly currency: string } | null;
  readonly state: 'ok' | 'warned' | 'exhausted' | 'over' | 'unknown';
}

/** Figures of the return of a model over some days; null: they were not read, and `reason` states why. */
export interface RangeFigures {
  readonly days: ScorecardDays | null;
  readonly figures: ReturnFigures | null;
  readonly reason: string | null;
}

type Total = Pick<CostMeasure, 'value' | 'currency' | 'making' | 'running' | 'basis' | 'isLowerBound' | 'reason'>;

const BUDGET_STATUS = {
  ok: 'ok',
  warned: 'warning',
  exhausted: 'warning',
  over: 'critical',
  unknown: 'unknown',
} as const;

/**
 * Cost of a model: cost to make plus cost to run. One unknown part makes the sum a lower bound; two currencies make it unknown. The
 * status is that of a budget of the model.
 */
export function buildCostMeasure(
  now: RangeFigures,
  before: RangeFigures,
  { metric, budget }: { readonly metric: CostMeasure['metric']; readonly budget: ModelBudget | null },
): CostMeasure {
  const total = sumCost(now);
  const earlier = sumCost(before);
  const isAlike =
    earlier.currency === total.currency && earlier.basis === total.basis && isWhole(before) && !earlier.isLowerBound;
  return {
    ...total,
    unit: total.currency ?? 'currency',
    ...{ interval: null, metric, window: total.value === null ? null : now.days },
    trend: computeMoneyTrend({
      now: total.isLowerBound ? null : total.value,
      before: isAlike ? earlier.value : null,
      window: before.days,
      reason: explainNoEarlier(before, earlier, isAlike),
    }),
    target:
      budget === null || budget.limit.currency !== total.currency
        ? null
        : { value: budget.limit.amount, bound: 'at_most', source: 'budget', name: budget.name },
    ...describeBudget(budget),
  };
}

/**
 * Where bills have the cost to make of the days, they have it of the preceding days, too: none there is zero, not unknown.
 */
export function alignMaking(now: RangeFigures, before: RangeFigures): RangeFigures {
  const { figures } = before;
  const isBilled = now.figures?.making.basis === 'allocated' && figures?.running.basis === 'allocated';
  if (figures === null || !isBilled || figures.making.basis === 'allocated') return before;
  const { currency = null } = figures.running.cost ?? {};
  if (currency === null) return before;
  const making = { cost: { amount: '0', currency }, basis: 'allocated' as const, isLowerBound: false, reason: null };
  return { ...before, figures: { ...figures, making, net: figures.contribution } };
}

/** Costs of the first days are unknown where the bills begin within them. */
export function isWhole({ days, figures }: RangeFigures): boolean {
  return days !== null && figures !== null && figures.window.start === days.start;
}

function explainNoEarlier(before: RangeFigures, earlier: Total, isAlike: boolean): string | null {
  if (isAlike) return earlier.reason;
  if (before.figures === null) return before.reason;
  if (!isWhole(before)) return `its cost is known from ${before.figures.window.start} on`;
  if (earlier.isLowerBound || earlier.value === null) return earlier.reason ?? 'the earlier cost is unknown';
  return 'the earlier cost has another currency or basis';
}

export function sumCost({ figures, reason }: RangeFigures): Total {
  const none = { value: null, currency: null, making: null, running: null, basis: null, isLowerBound: false };
  if (figures === null) return { ...none, reason };
  const { making, running } = figures;
  const parts = { making: making.cost, running: running.cost };
  const known = [making.cost, running.cost].flatMap((cost) => cost ?? []);
  const [first] = known;
  if (first === undefined) return { ...none, reason: running.reason ?? making.reason };
  if (known.some(({ currency }) => currency !== first.currency)) {
    return { ...none, ...parts, reason: 'cost to make and cost to run have different currencies' };
  }
  const bases = [...new Set([making, running].flatMap(({ basis }) => basis ?? []))];
  const unknown = [
    ...(making.cost === null ? [`cost to make unknown: ${making.reason}`] : []),
    ...(running.cost === null ? [`cost to run unknown: ${running.reason}`] : []),
    ...[making, running].flatMap(({ cost, isLowerBound, reason: why }) =>
      cost !== null && isLowerBound && why !== null ? [why] : [],
    ),
  ];
  return {
    value: decimalString(known.reduce((sum, { amount }) => sum.plus(amount), decimal(0))),
    ...{ currency: first.currency, ...parts },
    basis: bases.length === 1 ? (bases[0] ?? null) : 'mixed',
    isLowerBound: making.isLowerBound || running.isLowerBound || known.length < 2,
    reason: unknown.length === 0 ? null : unknown.join('; '),
  };
}

function describeBudget(budget: ModelBudget | null): Pick<CostMeasure, 'status' | 'statusReason'> {
  if (budget === null) return { status: 'unknown', statusReason: 'No budget is set for this model.' };
  const { name, limit, spent, state } = budget;
  const facts =
    spent === null ? 'its spend is unknown' : `${formatMoneyText(spent)} of ${formatMoneyText(limit)} spent`;
  return { status: BUDGET_STATUS[state], statusReason: `Budget ${name}: ${facts} in its present period.` };
}
