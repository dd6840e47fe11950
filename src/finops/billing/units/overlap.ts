import type { Lake, StagedFile } from '../../../platform/lake/index.ts';
import { type BillUnit, billRows } from '../bill-rows.ts';
import { IDENTITY_COLUMNS, type IdentityColumn, type UnitFacts } from '../facts.ts';

/** A unit in its target state, with the facts and files needed for a comparison. */
export interface ComparedUnit extends BillUnit {
  readonly facts: UnitFacts;
  readonly files: readonly StagedFile[];
}

/** Overlap of two units of one billing period. */
export interface Likeness {
  /** same: one unit contains nearly all charges of the other. unclear: their rows do not decide it. */
  readonly kind: 'same' | 'unclear';
  /**
   * Unit that counts by default: the one with more charges, or the amortized one of two views; null where neither has
   * more, or where it is unclear.
   */
  readonly larger: 'one' | 'other' | null;
  /** Evidence as text, such as the number of common charges. */
  readonly reason: string;
}

/** Share of the smaller unit's charges (0..1) that the larger one must contain to count for both. */
const CONTAINED_FROM = 0.95;

/** Display names of the columns that identify charges. */
const COLUMN_LABELS: Readonly<Record<IdentityColumn, string>> = {
  SubAccountId: 'sub-account',
  BillingAccountId: 'account',
  RegionId: 'region',
  ResourceId: 'resource',
  SkuId: 'SKU',
  ChargeCategory: 'charge category',
  ServiceName: 'service',
  ServiceProviderName: 'provider',
};

/**
 * Between two formats, only the first of these columns that both units fill is compared; other columns have
 * format-specific values.
 */
const ALIKE_ACROSS_FORMATS: readonly IdentityColumn[] = ['ResourceId', 'SubAccountId', 'BillingAccountId'];

/** Unifies the different names of one provider. */
const PROVIDER = `CASE WHEN regexp_matches(ServiceProviderName, 'amazon|aws', 'i') THEN 'aws'
  WHEN regexp_matches(ServiceProviderName, 'microsoft|azure', 'i') THEN 'azure'
  WHEN regexp_matches(ServiceProviderName, 'google|gcp', 'i') THEN 'google'
  WHEN regexp_matches(ServiceProviderName, 'oracle|oci', 'i') THEN 'oracle' ELSE lower(ServiceProviderName) END`;

/**
 * Decides whether two units of one billing period describe the same charges; null where they have none in common. A
 * charge is identified by its charge period and by account, region, resource, SKU, category, service and provider, as
 * far as the files of both have these columns. Amounts are not compared, so a restatement changes nothing. Without
 * resource ids, common charges can come from two equal subscriptions or from one subscription in two exports. In that
 * case, and where each unit also has many charges that the other lacks, the result is `unclear`.
 */
export async function compareUnits(lake: Lake, one: ComparedUnit, other: ComparedUnit): Promise<Likeness | null> {
  if (areTwoViews(one, other)) {
    const reason = 'actual and amortised cost of one scope are two views of the same charges';
    return { kind: 'same', larger: isAmortised(one) ? 'one' : 'other', reason };
  }
  if (!haveCommonValue(one.facts.chargeDays, other.facts.chargeDays) || areOtherAccounts(one.facts, other.facts))
    return null;
  const columns = selectComparedColumns(one.facts, other.facts, listFileColumns);
  const counts = await countCharges(lake, one.files, other.files, columns);
  if (counts.all.common === 0) return compareWithoutBlank(lake, one, other);
  if (areWithoutOwners(one.facts, other.facts) && !isContained({ ...counts.all, common: counts.equal })) return null;
  const valued = columns.filter((column) => isValued(column, one.facts) || isValued(column, other.facts));
  const said = `${counts.all.common} of ${getSmallerCount(counts.all)} charges by ${buildDescribeKey(valued)} are`;
  if (isContained(counts.all) && isContained(counts.identified)) {
    const { one: ones, other: others } = counts.all;
    return {
      kind: 'same',
      larger: ones === others ? null : ones > others ? 'one' : 'other',
      reason: `${said} the same`,
    };
  }
  const why =
    counts.identified.common === 0
      ? 'and none of these names a resource that would tell whether they are the same'
      : 'and each has charges that the other lacks';
  return { kind: 'unclear', larger: null, reason: `${said} in both, ${why}` };
}

/**
 * Compares again without the columns that one unit leaves empty: rows that differ only in such a column may be the same
 * charges. If the amounts of these rows also agree, the result is `unclear`.
 */
async function compareWithoutBlank(lake: Lake, one: ComparedUnit, other: ComparedUnit): Promise<Likeness | null> {
  const columns = selectComparedColumns(one.facts, other.facts, ({ identifiedBy = [] }) => identifiedBy);
  const blank = selectComparedColumns(one.facts, other.facts, listFileColumns).filter(
    (column) => !columns.includes(column),
  );
  if (blank.length === 0) return null;
  const { all, equal } = await countCharges(lake, one.files, other.files, columns);
  if (!isContained({ ...all, common: equal })) return null;
  const names = blank.map((column) => COLUMN_LABELS[column]).join(' and ');
  const reason = `${equal} of ${getSmallerCount(all)} amounts by ${buildDescribeKey(columns)} are equal, and one of them names no ${names} that would tell whether they are the same`;
  return { kind: 'unclear', larger: null, reason };
}

const getSmallerCount = ({ one, other }: Count) => Math.min(one, other);

function isContained({ one, other, common }: Count): boolean {
  return common > 0 && common >= CONTAINED_FROM * Math.min(one, other);
}

function areTwoViews(one: ComparedUnit, other: ComparedUnit): boolean {
  const datasets = [one.dataset, other.dataset].toSorted().join();
  const sameScope = one.scope === other.scope && (one.scope !== 'default' || one.source === other.source);
  const haveRows = one.facts.currencies.length > 0 && other.facts.currencies.length > 0;
  return datasets === 'ActualCost,AmortizedCost' && sameScope && haveRows;
}

function isAmortised({ dataset }: ComparedUnit): boolean {
  return dataset === 'AmortizedCost';
}

function haveCommonValue(some: readonly string[], others: readonly string[]): boolean {
  const known = new Set(some);
  return others.some((value) => known.has(value));
}

/** The rows name no owner: only a copy with equal amounts is a reason to ask. */
function areWithoutOwners(one: UnitFacts, other: UnitFacts): boolean {
  const whose = ['SubAccountId', 'BillingAccountId', 'ResourceId'] as const;
  return !whose.some((column) => isValued(column, one) && isValued(column, other));
}

/** True where both have the same format and name accounts of the same kind, with none in common. */
function areOtherAccounts(one: UnitFacts, other: UnitFacts): boolean {
  if (one.accounts.length === 0 || other.accounts.length === 0) return false;
  const haveSubAccounts = ({ identifiedBy = [] }: UnitFacts) => identifiedBy.includes('SubAccountId');
  const isAlike = haveSubAccounts(one) === haveSubAccounts(other) && one.origin?.format === other.origin?.format;
  return isAlike && !haveCommonValue(one.accounts, other.accounts);
}

const isValued = (column: IdentityColumn, { identifiedBy = [] }: UnitFacts) => identifiedBy.includes(column);

/** Columns of the files; for deliveries without that fact, the columns with a value. */
const listFileColumns = ({ origin, identifiedBy = [] }: UnitFacts) => origin?.columns ?? identifiedBy;

function selectComparedColumns(
  one: UnitFacts,
  other: UnitFacts,
  columns: (facts: UnitFacts) => readonly IdentityColumn[],
): readonly IdentityColumn[] {
  const both = IDENTITY_COLUMNS.filter((column) => columns(one).includes(column) && columns(other).includes(column));
  if (one.origin?.format === other.origin?.format) return both;
  const alike = ALIKE_ACROSS_FORMATS.find((column) => both.includes(column));
  return both.filter((column) => column === alike || column === 'ServiceProviderName');
}

/** `sub-account, region and day`; omits the account where the sub-account is present. */
function buildDescribeKey(columns: readonly IdentityColumn[]): string {
  const named = columns.filter((column) => column !== 'BillingAccountId' || !columns.includes('SubAccountId'));
  const words = named.map((column) => COLUMN_LABELS[column]);
  return words.length === 0 ? 'day' : `${words.join(', ')} and day`;
}

/** Distinct charges in the first unit, in the second, and in both. */
interface Count {
  readonly one: number;
  readonly other: number;
  readonly common: number;
}

interface ChargeCounts {
  readonly all: Count;
  /** Charges with a resource id. */
  readonly identified: Count;
  /** Common charges with equal amounts. */
  readonly equal: number;
}

async function countCharges(
  lake: Lake,
  one: readonly StagedFile[],
  other: readonly StagedFile[],
  columns: readonly IdentityColumn[],
): Promise<ChargeCounts> {
  const identified = columns.includes('ResourceId') ? 'ResourceId IS NOT NULL' : 'false';
  const isSame = [
    ...[...columns, 'day'].map((key) => `one.${key} IS NOT DISTINCT FROM other.${key}`),
    'one.starts < other.ends AND other.starts < one.ends',
  ].join(' AND ');
  const [counts] = await lake.query(`
    WITH one AS (${buildChargesSql(lake, one, columns)}), other AS (${buildChargesSql(lake, other, columns)}),
      common AS (SELECT one.*, one.billed = other.billed AND one.effective = other.effective AS equal
        FROM one JOIN other ON ${isSame})
    SELECT (SELECT count(*) FROM one)::INTEGER AS one, (SELECT count(*) FROM other)::INTEGER AS other,
      (SELECT count(*) FROM common)::INTEGER AS common, (SELECT count(*) FROM common WHERE equal)::INTEGER AS equal,
      (SELECT count(*) FROM one WHERE ${identified})::INTEGER AS identified_one,
      (SELECT count(*) FROM other WHERE ${identified})::INTEGER AS identified_other,
      (SELECT count(*) FROM common WHERE ${identified})::INTEGER AS identified_common`);
  const count = (name: string) => Number(counts?.[name] ?? 0);
  return {
    all: { one: count('one'), other: count('other'), common: count('common') },
    identified: { one: count('identified_one'), other: count('identified_other'), common: count('identified_common') },
    equal: count('equal'),
  };
}

/**
 * Charges by day, each from its first start to its last end on the day. Rows with zero cost in both metrics are
 * excluded. Ids are compared without case, because clouds write one id in upper and in lower case.
 */
function buildChargesSql(lake: Lake, files: readonly StagedFile[], columns: readonly IdentityColumn[]): string {
  const keys = columns.map((column) =>
    column === 'ServiceProviderName' ? `${PROVIDER} AS ${column}` : `lower(${column}) AS ${column}`,
  );
  return `SELECT ${[...keys, 'ChargePeriodStart::DATE AS day'].join(', ')}, sum(coalesce(BilledCost, 0)) AS billed,
      sum(coalesce(EffectiveCost, 0)) AS effective, min(ChargePeriodStart) AS starts,
      max(greatest(coalesce(ChargePeriodEnd, date_trunc('day', ChargePeriodStart) + INTERVAL 1 DAY),
        ChargePeriodStart + INTERVAL 1 SECOND)) AS ends
    FROM ${lake.stagedRelation(billRows, files)}
    WHERE coalesce(BilledCost, 0) <> 0 OR coalesce(EffectiveCost, 0) <> 0 GROUP BY ALL`;
}
