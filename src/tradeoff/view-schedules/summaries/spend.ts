import { type AnomalySelection, listAnomalies } from '../../../finops/anomalies/schema.ts';
import { type Budget, listBudgets } from '../../../finops/budgets/schema.ts';
import { decimal, type Money } from '../../../platform/units/index.ts';
import { listRecommendations } from '../../recommendations/schema.ts';
import { count, cutLines, describeMoney, describeSums, ofTeam, type PageSummary, toLine } from './question.ts';

/** Budgets with the expected spend at the end of the window against the limit, the closest to it first. */
export const budgets: PageSummary = {
  scopes: ['finops.read'],
  async read({ read, owners, team }) {
    const listed = (await read(listBudgets, {})).budgets;
    const teams = await Promise.all(listed.map(({ subject }) => owners.ofSubject(subject)));
    const own = listed.filter((_, at) => team === null || teams[at] === team);
    const sorted = own.toSorted((a, b) => readRatio(b) - readRatio(a));
    return {
      headline: describeBudgets(own),
      ...cutLines(sorted.map((budget) => toLine(budget.name, describeBudget(budget), budget.forecast ?? budget.spent))),
      notes: [],
    };
  },
};

const isExceeded = ({ state }: Budget) => state === 'over' || state === 'exhausted';
const isAtRisk = (budget: Budget) => !isExceeded(budget) && (budget.state === 'warned' || readRatio(budget) > 1);

function describeBudgets(listed: readonly Budget[]): string {
  if (listed.length === 0) return 'No budget';
  const [exceeded, atRisk] = [listed.filter(isExceeded).length, listed.filter(isAtRisk).length];
  return `${count(listed.length, 'budget')}: ${exceeded} exceeded, ${atRisk} at risk`;
}

/** Expected spend, else the spend so far, in shares of the limit; the smallest where nothing is known. */
function readRatio({ forecast, spent, limit }: Budget): number {
  const money = forecast ?? spent;
  if (money === null || decimal(limit.amount).isZero()) return Number.NEGATIVE_INFINITY;
  return decimal(money.amount).dividedBy(limit.amount).toNumber();
}

/** Example: `lands at $1,240 of $1,000 (124%); $900 so far`. */
function describeBudget(budget: Budget): string {
  const { spent, forecast, limit, billedReason } = budget;
  if (spent === null && forecast === null) return `unknown of ${describeMoney(limit)}: ${billedReason ?? 'no figure'}`;
  const soFar = spent === null ? '' : `${describeMoney(spent)} so far`;
  if (forecast === null) return `${soFar} of ${describeMoney(limit)}`;
  const ratio = readRatio(budget);
  const share = Number.isFinite(ratio) ? ` (${Math.round(ratio * 100)}%)` : '';
  const landing = `lands at ${describeMoney(forecast)} of ${describeMoney(limit)}${share}`;
  return soFar === '' ? landing : `${landing}; ${soFar}`;
}

const ANOMALY_FILTERS = ['state', 'direction', 'measure', 'feedback', 'owner', 'from', 'to'] as const;
const NO_AMOUNT = 'no price is known';

/** Open anomalies, or those that the view selects, the largest first. */
export const anomalies: PageSummary = {
  scopes: ['finops.read'],
  async read({ read, search, team }) {
    const period = search.get('period');
    const selection: AnomalySelection = {
      state: 'open',
      ...ofTeam(team),
      ...listAnomalies.query
        .partial()
        .catch({})
        .parse(
          Object.fromEntries([
            ...(period === null || period === 'all' ? [] : [['period', period]]),
            ...ANOMALY_FILTERS.flatMap((name) => (search.has(name) ? [[name, search.get(name)]] : [])),
          ]),
        ),
    };
    const found = await read(listAnomalies, { query: selection });
    const counted = found.anomalies.filter(({ counts }) => counts);
    const size = ({ impact }: { readonly impact: string | null }) => decimal(impact ?? '0').abs();
    const totals = found.totals;
    const number = totals.reduce((sum, one) => sum + one.anomalies, 0);
    const over = describeSums(totals.map(({ currency, over: amount }) => ({ amount, currency })));
    return {
      headline:
        number === 0
          ? `No ${selection.state === 'open' ? 'open ' : ''}anomaly`
          : `${count(number, `${selection.state === 'open' ? 'open ' : ''}anomaly`, `${selection.state === 'open' ? 'open ' : ''}anomalies`)}, ${over ?? '0'} above the expected cost`,
      ...cutLines(
        counted
          .toSorted((a, b) => size(b).comparedTo(size(a)))
          .map(({ title, sentence, impact, currency }) => {
            const money = impact === null || currency === null ? null : { amount: impact, currency };
            return toLine(title ?? sentence, money === null ? NO_AMOUNT : describeImpact(money), money);
          }),
      ),
      notes: found.minor === 0 ? [] : [`${count(found.minor, 'minor anomaly', 'minor anomalies')} not counted.`],
    };
  },
};

function describeImpact({ amount, currency }: Money): string {
  const size = describeMoney({ amount: decimal(amount).abs().toString(), currency });
  return `${size} ${decimal(amount).isNegative() ? 'below' : 'above'} the expected cost`;
}

const STATES = ['open', 'done', 'closed', 'all'] as const;

/** Open savings, or those that the view selects: the total per month and the largest actions. */
export const savings: PageSummary = {
  scopes: ['tradeoff.read'],
  async read({ read, owners, search, team }) {
    const owner = search.get('owner');
    const query = {
      state: STATES.find((one) => one === search.get('state')) ?? ('open' as const),
      ...(owner === null || owner === '' ? {} : { owner }),
    };
    const found = (await read(listRecommendations, { query })).recommendations;
    const teams = await Promise.all(found.map(({ subject }) => owners.ofSubject(subject)));
    const kind = search.get('kind');
    const listed = found.filter(
      (one, at) => (team === null || teams[at] === team) && (kind === null || one.kind === kind),
    );
    const known = listed.flatMap(({ counted, saving }) => counted ?? saving.monthly ?? []);
    const total = describeSums(known);
    const unknown = listed.length - known.length;
    return {
      headline:
        listed.length === 0 ? 'No saving' : `${total ?? 'Unknown'} a month in ${count(listed.length, 'saving')}`,
      ...cutLines(
        listed.map(({ title, counted, saving }) => {
          const monthly = counted ?? saving.monthly;
          return toLine(
            title,
            monthly === null ? `unknown: ${saving.reason}` : `${describeMoney(monthly)} a month`,
            monthly,
          );
        }),
      ),
      notes: unknown === 0 ? [] : [`${count(unknown, 'saving')} with an unknown amount in no total.`],
    };
  },
};
