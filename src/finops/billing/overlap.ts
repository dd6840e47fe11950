import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import { type BillUnit, billRows, unitExport } from './bill-rows.ts';
import { ACCOUNT, type UnitFacts } from './facts.ts';
import type { StoredOverlap } from './unit-store.ts';

/** A unit as it would stand, with what is needed to compare it. */
export interface ComparedUnit extends BillUnit {
  readonly facts: UnitFacts;
  readonly files: readonly StagedFile[];
}

/**
 * How amounts are grouped before they are compared, from the finest description that most formats share to the coarsest.
 * Any one that agrees is enough: hourly and daily exports agree by day, exports of two formats by account and day.
 */
const GRAINS: readonly { readonly keys: readonly string[]; readonly shown: string }[] = [
  { keys: ['service', 'provider'], shown: 'daily amounts by account and service' },
  { keys: ['service', 'provider', 'start'], shown: 'amounts by account, service and charge period' },
  { keys: [], shown: 'daily amounts by account' },
];

/** Share of the smaller export's amounts, where both have charges, that must be equal. */
const SAME_FROM_RATIO = 0.5;

/**
 * Why two units of one billing period describe the same charges, or null when they do not. Facts decide, not names: the
 * same accounts on the same days with the same amounts. Two different exports of one account (by region, by service)
 * share accounts and days but not the amounts. Rows that name no account cannot be compared. Exports that were found to
 * overlap once are taken to overlap in every month in which they share accounts and days: a restatement that has reached
 * only one of them must not let both count.
 */
export async function overlapReason(
  lake: Lake,
  one: ComparedUnit,
  other: ComparedUnit,
  known: readonly StoredOverlap[],
): Promise<string | null> {
  if (areTwoViews(one, other)) return 'actual and amortised cost of one scope are two views of the same charges';
  if (!haveCommon(one.facts.accounts, other.facts.accounts)) return null;
  if (!haveCommon(one.facts.chargeDays, other.facts.chargeDays)) return null;
  const earlier = known.find((overlap) => isPair(overlap, unitExport(one), unitExport(other)));
  if (earlier !== undefined) return earlier.reason;
  for (const grain of GRAINS) {
    const reason = await equalAmounts(lake, one.files, other.files, grain);
    if (reason !== null) return reason;
  }
  return null;
}

/** The two exports of an overlap in the order in which they are stored. */
export function overlapPair(one: Omit<BillUnit, 'period'>, other: Omit<BillUnit, 'period'>): [string, string] {
  const [first = '', second = ''] = [unitExport(one), unitExport(other)].toSorted();
  return [first, second];
}

function isPair(overlap: StoredOverlap, one: string, other: string): boolean {
  return (overlap.one === one && overlap.other === other) || (overlap.one === other && overlap.other === one);
}

function areTwoViews(one: ComparedUnit, other: ComparedUnit): boolean {
  const datasets = [one.dataset, other.dataset].toSorted().join();
  const sameScope = one.scope === other.scope && (one.scope !== 'default' || one.source === other.source);
  const haveRows = one.facts.currencies.length > 0 && other.facts.currencies.length > 0;
  return datasets === 'ActualCost,AmortizedCost' && sameScope && haveRows;
}

function haveCommon(some: readonly string[], others: readonly string[]): boolean {
  const known = new Set(some);
  return others.some((value) => known.has(value));
}

async function equalAmounts(
  lake: Lake,
  one: readonly StagedFile[],
  other: readonly StagedFile[],
  { keys, shown }: (typeof GRAINS)[number],
): Promise<string | null> {
  const by = ['account', 'day', ...keys, 'currency'];
  const equalKeys = by.map((key) => `one.${key} IS NOT DISTINCT FROM other.${key}`).join(' AND ');
  // Amounts of zero say nothing; cells where only one of the two has charges are no reason to doubt.
  const [counts] = await lake.query(`
    WITH one AS (${amounts(lake, one, by)}), other AS (${amounts(lake, other, by)}),
      cell AS (SELECT account, day FROM one INTERSECT SELECT account, day FROM other)
    SELECT (SELECT count(*) FROM one SEMI JOIN cell USING (account, day))::INTEGER AS ones,
      (SELECT count(*) FROM other SEMI JOIN cell USING (account, day))::INTEGER AS others,
      (SELECT count(*) FROM one JOIN other ON ${equalKeys}
        AND ((one.billed = other.billed AND one.billed <> 0) OR (one.effective = other.effective AND one.effective <> 0))
      )::INTEGER AS equal`);
  const smaller = Math.min(Number(counts?.ones ?? 0), Number(counts?.others ?? 0));
  const equal = Number(counts?.equal ?? 0);
  if (equal === 0 || equal < smaller * SAME_FROM_RATIO) return null;
  return `${equal} of ${smaller} ${shown} are the same`;
}

function amounts(lake: Lake, files: readonly StagedFile[], by: readonly string[]): string {
  // Six decimals: formats round the same charge differently beyond them.
  return `SELECT ${by.join(', ')}, round(coalesce(sum(BilledCost), 0), 6) AS billed,
      round(coalesce(sum(EffectiveCost), 0), 6) AS effective
    FROM (SELECT ${ACCOUNT} AS account, ChargePeriodStart::DATE AS day, ChargePeriodStart AS start,
        ServiceName AS service, ServiceProviderName AS provider, BillingCurrency AS currency, BilledCost, EffectiveCost
      FROM ${lake.stagedRelation(billRows, files)})
    WHERE account IS NOT NULL GROUP BY ALL HAVING billed <> 0 OR effective <> 0`;
}
