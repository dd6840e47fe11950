import { costSummary } from '../../../finops/costs/schema.ts';
import { formatDayText } from '../../../platform/units/index.ts';
import { listOptimizations } from '../../optimizations/schema.ts';
import {
  listRecommendations,
  type RecommendationList,
  type RecommendationSummary,
} from '../../recommendations/schema.ts';
import { listReturns, MOST_RETURNS, type Payback } from '../../returns/schema.ts';
import { moneyCell, ratioCell, textCell } from '../cells.ts';
import { describeUnowned, selectOwned } from '../owned.ts';
import type { SectionProvider, SectionQuestion } from '../provider.ts';
import type { ReportRow } from '../schema.ts';
import { listEnds } from '../window.ts';

const MOST_ROWS = 20;
const MOST_RECOMMENDATIONS = 10;

/** Savings: realised of those applied, and of those open the joint saving, or each one alone in the report of a team. */
export const savingsSection: SectionProvider = {
  id: 'savings',
  title: 'Savings',
  of: 'present',
  async build(question) {
    const { read, team } = question;
    const open = await read(listRecommendations, { query: { state: 'open' } });
    const done = await read(listRecommendations, { query: { state: 'done' } });
    const [ownOpen, ownDone] = [
      await selectOfSubjects(question, open.recommendations),
      await selectOfSubjects(question, done.recommendations),
    ];
    const applied = ownDone.own.map((one) => buildRecommendationRow(one, 'applied'));
    const opened =
      team === null ? buildOpenTotals(open.totals) : ownOpen.own.map((one) => buildRecommendationRow(one, 'open'));
    const unknown = ownOpen.own.filter(({ saving }) => saving.monthly === null).length;
    const cut = (rows: readonly ReportRow[]) => rows.slice(0, MOST_RECOMMENDATIONS);
    const shown = [...cut(opened), ...cut(applied)];
    return {
      link: '/recommendations',
      columns: ['Recommendation', 'State', 'Estimated per month', 'Realized per month'],
      rows: shown,
      others: opened.length + applied.length - shown.length,
      empty: 'There is no recommendation.',
      notes: [
        team === null
          ? 'A month is 730 hours. The open saving counts each hour once.'
          : 'A month is 730 hours. Each saving is that of the recommendation alone: together they can save less.',
        ...(unknown > 0 ? [`${unknown} open recommendations with an unknown saving are in no sum.`] : []),
        ...describeUnowned(ownOpen.unowned + ownDone.unowned, 'recommendation', 'recommendations'),
      ],
    };
  },
};

/** Recommendations whose subject the team owns. */
function selectOfSubjects({ team, owners }: SectionQuestion, listed: readonly RecommendationSummary[]) {
  return selectOwned(team, listed, {
    name: ({ recommendation }) => recommendation,
    findOwner: ({ subject }) => owners.ofSubject(subject),
  });
}

function buildRecommendationRow(
  { recommendation, title, saving, realised }: RecommendationSummary,
  state: 'open' | 'applied',
): ReportRow {
  const link = `/recommendations/${recommendation}`;
  const why = realised === null ? (state === 'open' ? 'not applied' : 'not measured yet') : realised.reason;
  return {
    key: recommendation,
    cells: [
      ...[textCell(title, link), textCell(state, link), moneyCell(saving.monthly, link, saving.reason)],
      moneyCell(realised?.monthly ?? null, link, why),
    ],
  };
}

/** The joint saving of the open recommendations, a row for each currency. */
function buildOpenTotals(totals: RecommendationList['totals']): ReportRow[] {
  return totals.map(({ saving, recommendations }) => ({
    key: `open ${saving.monthly?.currency ?? saving.cost?.currency ?? ''}`,
    cells: [
      textCell(`${recommendations} open recommendations together`, '/recommendations'),
      textCell('open', '/recommendations'),
      moneyCell(saving.monthly, '/recommendations', saving.reason),
      moneyCell(null, '/recommendations', 'not applied'),
    ],
  }));
}

/** Optimizations with their state and their saving. */
export const optimizationsSection: SectionProvider = {
  id: 'optimizations',
  title: 'Optimizations',
  of: 'present',
  async build({ read, owners, team }) {
    const all = await read(listOptimizations, { query: {} });
    const { own: optimizations, unowned } = await selectOwned(team, all.optimizations, {
      name: ({ endpoint }) => endpoint,
      findOwner: ({ endpoint }) => owners.ofEndpoint(endpoint),
    });
    return {
      link: '/optimizations',
      columns: ['Optimization', 'State', 'Change', 'Traffic', 'Saved so far', 'Saving per month'],
      rows: optimizations.slice(0, MOST_ROWS).map(({ optimization, state, summary, percent, saving }) => {
        const link = `/optimizations/${encodeURIComponent(optimization)}`;
        const { saved, monthly, reason } = saving;
        return {
          key: optimization,
          cells: [
            ...[textCell(optimization, link), textCell(state.replace('_', ' '), link), textCell(summary, link)],
            ratioCell(percent / 100, link),
            ...[moneyCell(saved, link, reason), moneyCell(monthly, link, reason)],
          ],
        };
      }),
      others: Math.max(0, optimizations.length - MOST_ROWS),
      empty: 'There is no optimization.',
      notes: [
        'Savings are measured against the replicas that the baseline would have needed, until the watch ends.',
        ...describeUnowned(unowned, 'optimization', 'optimizations'),
      ],
    };
  },
};

/** Value against cost of the models in the window. In the report of a team, a model that other teams pay for too has no figures. */
export const returnsSection: SectionProvider = {
  id: 'returns',
  title: 'Returns',
  of: 'window',
  async build(question) {
    const { read, owners, window, team } = question;
    const toDay = (ms: number) => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length);
    const query = { by: 'model' as const, start: toDay(window.start), end: toDay(window.end), limit: MOST_RETURNS };
    const { rows: all, totalRows, notes } = await read(listReturns, { query });
    const { own: rows, unowned } = await selectOwned(team, all, {
      name: ({ key }) => key ?? '',
      findOwner: async ({ key }) => (key === null ? null : owners.ofModel(key)),
    });
    const shared = team === null ? new Set() : await findModelsOfOthers(question, team);
    const others = (team === null ? totalRows : rows.length) - Math.min(rows.length, MOST_ROWS);
    const unsearched = totalRows - all.length;
    return {
      link: '/returns',
      columns: ['Model', 'Cost to run', 'Value', 'Contribution', 'Payback'],
      rows: rows.slice(0, MOST_ROWS).map(({ key, running, value, contribution, payback }) => {
        const link = key === null ? '/returns' : `/returns/${encodeURIComponent(key)}`;
        if (shared.has(key)) return buildSharedRow(key ?? '', link);
        return {
          key: key ?? 'none',
          cells: [
            textCell(key ?? 'without a model', link),
            moneyCell(running.cost, link, running.reason),
            moneyCell(value.total, link, value.reason),
            moneyCell(contribution.amount, link, contribution.reason),
            textCell(describePayback(payback), link, payback.reason),
          ],
        };
      }),
      others,
      empty: 'No model has a cost or a value in the window.',
      notes: [
        ...notes,
        ...describeUnowned(unowned, 'row', 'rows'),
        ...(team === null || unsearched === 0 ? [] : [`${unsearched} models with smaller figures were not searched.`]),
      ],
    };
  },
};

/** Models with cost of the window that is allocated to other teams. */
async function findModelsOfOthers({ read, window }: SectionQuestion, team: string): Promise<ReadonlySet<unknown>> {
  const [from, to] = listEnds(window);
  const { rows } = await read(costSummary, { query: { by: ['model', 'team'], from, to } });
  return new Set(rows.filter((row) => row.team != null && row.team !== team).map(({ model }) => model));
}

function buildSharedRow(model: string, link: string): ReportRow {
  const why = 'other teams pay for it too';
  const money = ['running', 'value', 'contribution'].map(() => moneyCell(null, link, why));
  return { key: model, cells: [textCell(model, link), ...money, textCell(null, link, why)] };
}

/** Null: no day is known. */
function describePayback({ state, date }: Payback): string | null {
  if (date === null) return null;
  const day = formatDayText(date);
  return state === 'projected' ? `expected ${day}` : day;
}
