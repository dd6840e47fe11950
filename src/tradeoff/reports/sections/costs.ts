import { listBudgets } from '../../../finops/budgets/schema.ts';
import { costSummary, getMonthToDate } from '../../../finops/costs/schema.ts';
import { listForecasts } from '../../../finops/forecasts/schema.ts';
import { decimal, decimalString, formatDayText, formatMonthText } from '../../../platform/units/index.ts';
import { moneyCell, ratioCell, textCell } from '../cells.ts';
import { selectOwned } from '../owned.ts';
import type { SectionProvider, SectionQuestion } from '../provider.ts';
import type { ReportRow } from '../schema.ts';
import { findWindow, listEnds, type ReportWindow } from '../window.ts';

const MOST_ROWS = 10;

/** Path of the costs page with this selection. */
export function buildCostsLink(window: ReportWindow, filters: readonly string[], by: readonly string[] = []): string {
  const [from, to] = listEnds(window);
  const search = new URLSearchParams({ from, to });
  for (const [name, values] of [
    ['filter', filters],
    ['by', by],
  ] as const) {
    for (const value of values) search.append(name, value);
  }
  return `/costs?${search}`;
}

const listFilters = (team: string | null) => (team === null ? [] : [`team=${team}`]);

async function readCosts({ read, team }: SectionQuestion, window: ReportWindow, by: string[]) {
  const [from, to] = listEnds(window);
  return read(costSummary, { query: { by, from, to, filter: listFilters(team) } });
}

/** Sentence on the rows that the sums leave out; none when they leave out nothing. */
function describeLeftOut(
  { rejectedRows, rowsWithoutMetric }: { readonly rejectedRows: number; readonly rowsWithoutMetric: number },
  team: string | null,
) {
  const ofWhich = team === null ? '' : ', of which the team is not known,';
  const rejected = rejectedRows === 0 ? [] : [`${rejectedRows} rejected bill rows${ofWhich} are in no sum.`];
  const unknown =
    rowsWithoutMetric === 0 ? [] : [`${rowsWithoutMetric} bill rows without an effective cost are in no sum.`];
  return [...rejected, ...unknown];
}

/** Cost of the window and of the one before, by service. */
export const costSection: SectionProvider = {
  id: 'cost',
  title: 'Cost by service',
  of: 'window',
  async build(question) {
    const { window, before, team } = question;
    const filters = listFilters(team);
    const [now, earlier] = [
      await readCosts(question, window, ['serviceName']),
      await readCosts(question, before, ['serviceName']),
    ];
    const amounts = new Map(earlier.rows.map((row) => [JSON.stringify([row.serviceName, row.currency]), row.amount]));
    const rows = now.rows.map((row): ReportRow => {
      const key = JSON.stringify([row.serviceName, row.currency]);
      const filter = [...filters, `serviceName=${row.serviceName ?? ''}`];
      const past = amounts.get(key);
      return {
        key,
        cells: [
          textCell(row.serviceName ?? 'without a service', buildCostsLink(window, filter)),
          moneyCell({ amount: row.amount ?? '0', currency: row.currency ?? '' }, buildCostsLink(window, filter)),
          moneyCell(
            past == null ? null : { amount: past, currency: row.currency ?? '' },
            buildCostsLink(before, filter),
            'no charge in the previous window',
          ),
        ],
      };
    });
    const totals = now.totals.map(({ currency, amount }): ReportRow => {
      const past = earlier.totals.find((one) => one.currency === currency) ?? null;
      const link = buildCostsLink(window, filters);
      return {
        key: JSON.stringify(['total', currency]),
        cells: [
          textCell('Total', link),
          moneyCell({ amount, currency }, link),
          moneyCell(past, buildCostsLink(before, filters), 'no charge in the previous window'),
        ],
      };
    });
    return {
      link: buildCostsLink(window, filters, ['serviceName']),
      columns: ['Service', 'Effective cost', 'Previous window'],
      rows: [...totals, ...rows.slice(0, MOST_ROWS)],
      others: Math.max(0, rows.length - MOST_ROWS),
      empty: 'No bill covers the window.',
      notes: describeLeftOut(now.leftOut, team),
    };
  },
};

/** Largest changes of cost against the window before: by team, or by service of one team. */
export const moversSection: SectionProvider = {
  id: 'movers',
  title: 'Movers',
  of: 'window',
  async build(question) {
    const { window, before, team } = question;
    const by = team === null ? 'team' : 'serviceName';
    const [now, earlier] = [await readCosts(question, window, [by]), await readCosts(question, before, [by])];
    const groups = new Map<string, { name: string | null; currency: string; now: string; before: string }>();
    for (const [side, { rows }] of [
      ['now', now],
      ['before', earlier],
    ] as const) {
      for (const row of rows) {
        const key = JSON.stringify([row[by], row.currency]);
        const known = groups.get(key) ?? { name: row[by] ?? null, currency: row.currency ?? '', now: '0', before: '0' };
        groups.set(key, { ...known, [side]: row.amount ?? '0' });
      }
    }
    const changed = [...groups]
      .map(([key, group]) => ({ key, ...group, change: decimal(group.now).minus(group.before) }))
      .filter(({ change }) => !change.isZero())
      .toSorted((a, b) => b.change.abs().comparedTo(a.change.abs()) || (a.key < b.key ? -1 : 1));
    const rows = changed.map(({ key, name, currency, change, ...amounts }): ReportRow => {
      const filters = [...listFilters(team), `${by}=${name ?? ''}`];
      const money = (amount: string, of: ReportWindow) => moneyCell({ amount, currency }, buildCostsLink(of, filters));
      return {
        key,
        cells: [
          textCell(name ?? 'unallocated', buildCostsLink(window, filters)),
          money(decimalString(change), window),
          money(amounts.now, window),
          money(amounts.before, before),
        ],
      };
    });
    return {
      link: buildCostsLink(window, listFilters(team), [by]),
      columns: [by === 'team' ? 'Team' : 'Service', 'Change', 'Effective cost', 'Previous window'],
      rows: rows.slice(0, MOST_ROWS),
      others: Math.max(0, rows.length - MOST_ROWS),
      empty: 'No cost changed against the previous window.',
      notes: describeLeftOut(now.leftOut, team),
    };
  },
};

/** Cost by experiment, as allocation reconciles it. */
export const experimentsSection: SectionProvider = {
  id: 'experiments',
  title: 'Experiments and their cost',
  of: 'window',
  async build(question) {
    const { window, team } = question;
    const { rows, leftOut } = await readCosts(question, window, ['experiment']);
    const own = rows.filter((row) => row.experiment !== null && row.experiment !== undefined);
    return {
      link: '/experiments',
      columns: ['Experiment', 'Effective cost'],
      rows: own.slice(0, MOST_ROWS).map((row) => {
        const link = buildCostsLink(window, [...listFilters(team), `experiment=${row.experiment ?? ''}`]);
        return {
          key: JSON.stringify([row.experiment, row.currency]),
          cells: [
            textCell(row.experiment ?? '', link),
            moneyCell({ amount: row.amount ?? '0', currency: row.currency ?? '' }, link),
          ],
        };
      }),
      others: Math.max(0, own.length - MOST_ROWS),
      empty: 'No cost of the window is allocated to an experiment.',
      notes: ['Reconciled cost: the bill split by metered usage.', ...describeLeftOut(leftOut, team)],
    };
  },
};

/** Month to date and its landing by the stored forecast. */
export const monthSection: SectionProvider = {
  id: 'month-to-date',
  title: 'Month to date and landing',
  of: 'present',
  async build({ read, team, now }) {
    const month = new Date(now).toISOString().slice(0, 'YYYY-MM'.length);
    const toDate = await read(getMonthToDate, { query: { month, filter: listFilters(team) } });
    const { forecasts, reason, standing } = await read(listForecasts, { query: team === null ? {} : { team } });
    const level = team === null ? 'total' : 'team';
    const own = forecasts.filter((one) => one.level === level && (team === null || one.key === team));
    const rows = toDate.totals.map(({ currency, amount }): ReportRow => {
      const found = standing?.month === month ? own.find((one) => one.currency === currency) : undefined;
      const why = found?.reason ?? reason ?? 'no forecast of this month';
      const estimate = found?.forecast ?? null;
      const before = toDate.before?.totals.find((one) => one.currency === currency);
      const money = (value: string | undefined, link: string, unknown: string) =>
        moneyCell(value === undefined ? null : { amount: value, currency }, link, unknown);
      const link = buildCostsLink(findWindow('monthly', now), listFilters(team));
      return {
        key: currency,
        cells: [
          textCell(currency, link),
          money(amount, link, ''),
          money(before?.amount, '/', 'no bill covers the month before to the same day'),
          money(estimate?.mean, '/forecasts', why),
          money(estimate?.lo80, '/forecasts', why),
          money(estimate?.hi80, '/forecasts', why),
        ],
      };
    });
    const behind = toDate.behind.map(
      ({ source, through }) => `Source ${source} is behind: received through ${formatDayText(through)}.`,
    );
    return {
      link: '/forecasts',
      columns: ['Currency', 'Month to date', 'Month before, same days', 'Landing', 'Low (80 %)', 'High (80 %)'],
      rows,
      others: 0,
      empty: 'Nothing was charged in the month.',
      notes: [
        toDate.through === null
          ? 'No day of the month is complete yet.'
          : `${formatMonthText(month)} through ${formatDayText(toDate.through)}.`,
        ...behind,
        ...describeLeftOut(toDate.leftOut, team),
      ],
    };
  },
};

/** Every budget in its present window. */
export const budgetsSection: SectionProvider = {
  id: 'budgets',
  title: 'Budgets',
  of: 'present',
  async build({ read, owners, team }) {
    const { budgets } = await read(listBudgets, {});
    const { own } = await selectOwned(team, budgets, {
      name: ({ name }) => name,
      // A budget of a model or an endpoint alone also counts the cost that other teams pay for it.
      findOwner: async ({ subject: { team: owner, project } }) =>
        owner ?? (project === undefined ? null : owners.ofSubject({ project })),
    });
    return {
      link: '/budgets',
      columns: ['Budget', 'State', 'Limit', 'Spent', 'Landing', 'Used'],
      rows: own.map(({ name, state, limit, spent, forecast, billedReason }): ReportRow => {
        const link = `/budgets/${encodeURIComponent(name)}`;
        const why = billedReason ?? 'no usage and no bill in the window';
        const share =
          spent === null || Number(limit.amount) === 0
            ? null
            : decimal(spent.amount).dividedBy(limit.amount).toNumber();
        return {
          key: name,
          cells: [
            ...[textCell(name, link), textCell(state.replaceAll('_', ' '), link), moneyCell(limit, link)],
            ...[moneyCell(spent, link, why), moneyCell(forecast, link, why), ratioCell(share, link, why)],
          ],
        };
      }),
      others: 0,
      empty: 'There is no budget.',
      notes: [
        // Month to date ends with the last whole day of the bills.
        'Spent counts every day of the budget so far, also days whose bills are incomplete.',
        ...(team === null
          ? []
          : ['Budgets of the team and its projects. Budgets that also count the cost of other teams are left out.']),
      ],
    };
  },
};
