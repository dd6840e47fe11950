import { findHandlings } from '../../platform/acknowledgements/index.ts';
import type { QueryOf } from '../../platform/contract/schema.ts';
import { describeLimit, type OwnerLimit, selectWithinLimit } from '../../platform/http/index.ts';
import { decimal, type Money, sumDecimals } from '../../platform/units/index.ts';
import type { RecommendationDeps } from './context.ts';
import { computeJointSaving } from './savings/joint-saving.ts';
import type { SavingPart } from './savings/saving-part.ts';
import type {
  ListedRecommendation,
  listRecommendations,
  Recommendation,
  RecommendationList,
  RecommendationState,
  RecommendationSummary,
  Saving,
} from './schema.ts';
import { findByState, findLastScan, findOpen, MOST_LISTED, type StoredRecommendation } from './store.ts';

const STATES: Readonly<Record<'open' | 'done' | 'closed' | 'all', readonly RecommendationState[]>> = {
  open: ['open', 'approved'],
  done: ['applied'],
  closed: ['dismissed', 'superseded', 'lapsed', 'undone'],
  all: ['open', 'approved', 'applied', 'dismissed', 'superseded', 'lapsed', 'undone'],
};

/** Recommendations in these states, and the joint saving of the open ones, both only of subjects within the limit. */
export async function readList(
  { store: sql, findOwner }: Pick<RecommendationDeps, 'store' | 'findOwner'>,
  { state, owner }: QueryOf<typeof listRecommendations>,
  limit: OwnerLimit | null,
): Promise<RecommendationList> {
  const select = (found: readonly StoredRecommendation[]) =>
    selectWithinLimit(
      limit,
      found.map(({ document }) => document),
      { key: ({ subject }) => JSON.stringify(subject), findOwner: ({ subject }) => findOwner(sql, subject) },
    );
  // The newest of all teams may leave no place for those of the caller.
  const listed = (await select(await findByState(sql, STATES[state], limit === null ? MOST_LISTED : null))).slice(
    0,
    MOST_LISTED,
  );
  const open = await select(await findOpen(sql));
  const look = await findLastScan(sql);
  const { totals, shares } = computeTotals(open);
  const handlings = await findHandlings(
    sql,
    'recommendation',
    listed.map(({ recommendation }) => recommendation),
  );
  const rows = listed.toSorted(compareByWorth).map((one) => ({
    ...toSummary(one),
    counted: shares.get(one.recommendation) ?? null,
    prices: one.evidence.prices,
    assigned: handlings.get(one.recommendation)?.assigned ?? null,
    work: handlings.get(one.recommendation)?.work ?? null,
  }));
  return {
    recommendations: rows.filter((one) => owner === undefined || isOwnedBy(one, owner)),
    totals,
    unknownSavings: open.filter(({ saving }) => saving.monthly === null).length,
    lookedAt: look?.at ?? null,
    // The results of a scan count the recommendations of all teams.
    searched: limit === null ? (look?.searched ?? []) : [],
    ...describeLimit(limit),
  };
}

function isOwnedBy({ assigned, subject }: ListedRecommendation, owner: string): boolean {
  if (owner === 'none') return assigned === null;
  return assigned?.to.name === owner || subject.team === owner;
}

/** The fields of a recommendation for the ledger of hours. */
export function toSavingPart({ key, evidence: { items, effects, commitments, pins } }: Recommendation): SavingPart {
  return { key, items, effects, commitments, pins };
}

/** The joint savings by currency, and the part of each recommendation by its id. */
export function computeTotals(open: readonly Recommendation[]): {
  totals: RecommendationList['totals'];
  shares: Map<string, Money>;
} {
  const known = open.filter(({ saving }) => saving.monthly !== null);
  const ids = new Map(known.map(({ key, recommendation }) => [key, recommendation]));
  const joint = computeJointSaving(known.map(toSavingPart));
  const totals = joint.map(({ currency, saving, byDay, leftOut }) => {
    const own = known.flatMap(({ saving: { monthly } }) => (monthly?.currency === currency ? [monthly.amount] : []));
    const sumOfAlone = { amount: sumDecimals(own), currency };
    const others = leftOut.flatMap((key) => ids.get(key) ?? []);
    return { saving, byDay: [...byDay], sumOfAlone, recommendations: own.length, leftOut: others };
  });
  const shares = new Map(
    joint.flatMap((one) => [...one.shares]).map(([key, share]) => [ids.get(key) ?? '', share] as const),
  );
  return { totals, shares };
}

function compareByWorth(one: Recommendation, other: Recommendation): number {
  const [first, second] = [parseMonthlyAmount(one.saving), parseMonthlyAmount(other.saving)];
  if (first === null || second === null) return Number(first === null) - Number(second === null);
  return second.comparedTo(first) || one.title.localeCompare(other.title);
}

function parseMonthlyAmount({ monthly }: Saving) {
  return monthly === null ? null : decimal(monthly.amount);
}

function toSummary(document: Recommendation): RecommendationSummary {
  const { key: _key, evidence: _evidence, approved: _approved, undone: _undone, ...rest } = document;
  const { supersededBy: _supersededBy, timeline: _timeline, ...summary } = rest;
  return summary;
}
