import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { isOver } from '../budgets/budget-state.ts';
import type { Tone } from './Tile.tsx';

type Judged = Pick<Budget, 'name' | 'state' | 'limit' | 'spent' | 'forecast'>;
export type BudgetRisk = 'exceeded' | 'at risk' | 'within' | 'unknown';

/** Exceeded: more is spent than allowed. At risk: near the limit, or the forecast passes it. */
export function judgeBudget(budget: Judged): BudgetRisk {
  const { state, forecast, limit } = budget;
  if (isOver(budget) === true) return 'exceeded';
  const isPassed = forecast !== null && decimal(forecast.amount).greaterThan(limit.amount);
  if (state === 'warned' || state === 'exhausted' || isPassed) return 'at risk';
  return state === 'unknown' ? 'unknown' : 'within';
}

export interface BudgetLine<B> {
  readonly budget: B;
  readonly risk: BudgetRisk;
  /** Larger of spent and forecast as a share of the limit; null when neither is known. */
  readonly ratio: number | null;
}

const ORDER: readonly BudgetRisk[] = ['exceeded', 'at risk', 'within', 'unknown'];

/** Budgets, the gravest first: by risk, then by the share of the limit that is spent or forecast. */
export function rankBudgets<B extends Judged>(budgets: readonly B[]): BudgetLine<B>[] {
  return budgets
    .map((budget) => ({ budget, risk: judgeBudget(budget), ratio: computeRatio(budget) }))
    .sort((a, b) => ORDER.indexOf(a.risk) - ORDER.indexOf(b.risk) || (b.ratio ?? -1) - (a.ratio ?? -1));
}

function computeRatio({ spent, forecast, limit }: Judged): number | null {
  const amounts = [spent, forecast].flatMap((money) => (money === null ? [] : [decimal(money.amount)]));
  if (amounts.length === 0 || decimal(limit.amount).isZero()) return null;
  return Math.max(...amounts.map((amount) => amount.dividedBy(limit.amount).toNumber()));
}

/** Status of all budgets together. */
export function budgetsStatus(lines: readonly BudgetLine<unknown>[]): { readonly tone: Tone; readonly word: string } {
  const has = (risk: BudgetRisk) => lines.some((line) => line.risk === risk);
  if (lines.length === 0) return { tone: 'none', word: 'No budget' };
  if (has('exceeded')) return { tone: 'bad', word: 'Exceeded' };
  if (has('at risk')) return { tone: 'watch', word: 'At risk' };
  return has('within') ? { tone: 'good', word: 'Within' } : { tone: 'none', word: 'Unknown' };
}

/** Shares of the drawn width in per cent, 0 to 100. */
export interface Bullet {
  readonly spent: number;
  readonly forecast: number;
  readonly limit: number;
}

/** Of the drawn width in per cent: the limit of a budget that keeps to it. */
const LIMIT_AT = 75;

/**
 * Places of spent, forecast and limit on one scale from zero. Budgets have their limit at the same place, until one of
 * the figures exceeds the width.
 *
 * @example readBullet({ spent: 50 USD, forecast: 120 USD, limit: 100 USD }) // { spent: 37.5, forecast: 90, limit: 75 }
 */
export function readBullet({ spent, forecast, limit }: Pick<Budget, 'spent' | 'forecast' | 'limit'>): Bullet {
  const whole = Number(limit.amount);
  const ratio = (amount: string | undefined) => (whole === 0 ? 0 : Math.max(Number(amount ?? 0) / whole, 0));
  const [spentRatio, forecastRatio] = [ratio(spent?.amount), ratio(forecast?.amount)];
  const scale = Math.min(LIMIT_AT, 100 / Math.max(spentRatio, forecastRatio, 1));
  return { spent: spentRatio * scale, forecast: forecastRatio * scale, limit: scale };
}
