import { DAY_MS } from '../../platform/units/durations.ts';
import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import { computeMoments, computePairedMeanInterval } from '../statistics/index.ts';
import { type DayRange, type MoneySeries, toDay, toInstantMs, toMoney } from './money-series.ts';
import type { Payback } from './schema.ts';

/** Days of the mean contribution of a projection. */
export const PROJECTION_DAYS = 28;
/** Fewer days give no projection: a week has days of different traffic. */
const LEAST_DAYS = 7;
const TAIL_OF_95_PERCENT = 0.025;
/** A projection beyond this is no date. */
const MOST_DAYS_AHEAD = 36_500;
const PLACES = 20;

export interface PaybackFacts {
  readonly making: Pick<MoneySeries, 'byDay'>;
  readonly running: Pick<MoneySeries, 'byDay'>;
  readonly value: Pick<MoneySeries, 'byDay'>;
  readonly currency: string;
  /** Days on which cost and value are both known. */
  readonly known: DayRange;
}

/**
 * Payback of a cost to make: from the first day with such a cost on, the cumulative balance is value - cost to run - cost to make. Paid
 * back: the first day from which the balance stays at or above zero to the end of the known days. Else it is projected: the missing
 * amount divided by the mean contribution of a day (value - cost to run) over the last 28 known days, at least 7, rounded up to days;
 * `earliest` and `latest` use the ends of Student's 95 % interval of that mean, days taken as independent. A later cost to make is not
 * projected. No date where the mean is not above 0; no `latest` where the lower end is not.
 *
 * @example made for 100 on 1 Nov, contribution 10 a day from 1 Nov on -> paid back on 10 Nov
 */
export function computePayback(facts: PaybackFacts): Payback {
  const { making, running, value, currency, known } = facts;
  const first = [...making.byDay.keys()].filter((day) => day < known.end).toSorted()[0];
  if (first === undefined) return explainNoPayback('no cost to make is known');
  const since = [first, known.start].toSorted().at(-1) ?? first;
  const amount = ({ byDay }: Pick<MoneySeries, 'byDay'>, day: string) => byDay.get(day) ?? decimal(0);
  const days = [...new Set([making, running, value].flatMap(({ byDay }) => [...byDay.keys()]))]
    .filter((day) => day >= first && day < known.end)
    .toSorted();
  let [balance, made] = [decimal(0), decimal(0)];
  let covered: string | null = null;
  for (const day of days) {
    made = made.plus(amount(making, day));
    // Before the known days only the cost to make counts: value without its cost is no contribution.
    const contribution = day < known.start ? decimal(0) : amount(value, day).minus(amount(running, day));
    balance = balance.plus(contribution).minus(amount(making, day));
    if (balance.isNegative() && !balance.isZero()) covered = null;
    else covered ??= day;
  }
  const figure = { ...NO_DATE, since, made: toMoney(made, currency), balance: toMoney(balance, currency) };
  if (covered !== null) return { ...figure, state: 'paid_back', date: covered };
  return { ...figure, ...projectPayback(facts, balance.negated(), since) };
}

const NO_DATE = { date: null, earliest: null, latest: null, perDay: null, perDayInterval: null, reason: null };

/** The payback of a subject without the facts for it. */
export function explainNoPayback(reason: string): Payback {
  return { ...NO_DATE, state: 'unknown', since: null, made: null, balance: null, reason };
}

type Projection = Pick<Payback, 'state' | 'date' | 'earliest' | 'latest' | 'perDay' | 'perDayInterval' | 'reason'>;

function projectPayback(
  { running, value, currency, known }: PaybackFacts,
  missing: Decimal,
  since: string,
): Projection {
  const end = toInstantMs(known.end);
  const span = Math.min(PROJECTION_DAYS, Math.round((end - toInstantMs(since)) / DAY_MS));
  if (span < LEAST_DAYS) {
    const reason = `${Math.max(0, span)} days of value and cost are known; a projection needs ${LEAST_DAYS}`;
    return { ...NO_DATE, state: 'not_projected', reason };
  }
  const contributions = Array.from({ length: span }, (_, index) => {
    const day = toDay(end - (index + 1) * DAY_MS);
    return (value.byDay.get(day) ?? decimal(0)).minus(running.byDay.get(day) ?? 0);
  });
  const mean = contributions
    .reduce((sum, one) => sum.plus(one), decimal(0))
    .dividedBy(span)
    .toDecimalPlaces(PLACES);
  const moments = computeMoments(Float64Array.from(contributions, Number));
  const { lower, upper } = computePairedMeanInterval(moments, TAIL_OF_95_PERCENT);
  const perDay = {
    perDay: toMoney(mean, currency),
    perDayInterval: { lower: decimalString(String(lower)), upper: decimalString(String(upper)) },
  };
  if (mean.lte(0)) {
    const reason = `value - cost to run was not above 0 a day in the last ${span} days`;
    return { ...NO_DATE, ...perDay, state: 'not_projected', reason };
  }
  const dateAt = (daily: Decimal): string | null => {
    const days = daily.lte(0) ? Number.POSITIVE_INFINITY : missing.dividedBy(daily).ceil().toNumber();
    return days > MOST_DAYS_AHEAD ? null : toDay(end + (Math.max(1, days) - 1) * DAY_MS);
  };
  const date = dateAt(mean);
  if (date === null) {
    const reason = 'at the present contribution it takes more than a hundred years';
    return { ...NO_DATE, ...perDay, state: 'not_projected', reason };
  }
  const latest = dateAt(decimal(lower));
  return {
    ...perDay,
    state: 'projected',
    date,
    earliest: dateAt(decimal(upper)),
    latest,
    reason: latest === null ? 'the latest date is open: the lower end of the daily contribution is not above 0' : null,
  };
}
