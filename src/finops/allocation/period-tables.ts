import { type Subject, subjectFields } from '../../org/schema.ts';
import {
  EXACT_TYPE,
  type LakeSession,
  quoteIdentifier,
  quoteLiteral,
  type StagedFile,
} from '../../platform/lake/index.ts';
import type { Classification } from './rules/classify.ts';
import { isPool, type RuleSet } from './rules/rule-set.ts';
import { buildUnitsSql } from './shares/split-sql.ts';
import { allocatedCosts, dailyDimensions } from './tables.ts';

/**
 * Temporary tables of one billing period during its allocation, on one connection: `bill_file` (lake file, its
 * partition, its position), `direct_daily` (the roll-up of all rows outside pools), `pool_row` (rows of pools, costs as
 * whole numbers of the last decimal), `share` (the fraction of a pool for each receiver), `shared_daily` (cost
 * allocated by earlier pools, by day, where a later pool is split by cost).
 */
export const fieldList = subjectFields.map(quoteIdentifier).join(', ');
export const costList = allocatedCosts.join(', ');
const dimensionList = dailyDimensions.join(', ');

/** Dimensions by which the roll-up is grouped. */
export const dailyKeys = `charge_day, period, ${dimensionList}, ${fieldList}, rule, kind`;
/** Sums and counts of the roll-up; rows for which `counted` is true count as bill rows. */
export function buildDailySums(counted: string): string {
  const sums = allocatedCosts.map((cost) => `sum(${cost})::${EXACT_TYPE} AS ${cost}`);
  const without = allocatedCosts.map((cost) => `count(*) FILTER (${counted} AND ${cost} IS NULL) AS without_${cost}`);
  return [`count(*) FILTER (${counted}) AS bill_rows`, ...sums, ...without].join(', ');
}

/**
 * A FROM item of the rows outside pools with the given items, `rule_index` and the subject fields. Its rows have the kind
 * {@link DIRECT_KIND}.
 */
export function buildDirectRows(classification: Classification, bill: string, items: string): string {
  const subject = subjectFields
    .map((field) => `${classification.subject(field)} AS ${quoteIdentifier(field)}`)
    .join(', ');
  return `(SELECT ${items}, rule_index, ${subject} FROM ${classification.from(bill)} WHERE ${classification.isDirect})`;
}

/** SQL text of the kind of a row outside pools. A row is unallocated if its rule fills no subject field. */
export const DIRECT_KIND = `CASE WHEN coalesce(${fieldList}) IS NULL THEN 'unallocated' ELSE 'allocated' END`;

/** The daily roll-up of rows outside pools, by lake file. */
export function buildDirectDailySelect(classification: Classification, bill: string): string {
  const items = `lake_file, ChargePeriodStart::DATE AS charge_day, period, ${dimensionList}, ${costList}`;
  return `SELECT * EXCLUDE (rule_index), ${classification.ruleName} AS rule, ${DIRECT_KIND} AS kind FROM (
    SELECT lake_file, charge_day, period, ${dimensionList}, ${fieldList}, rule_index, ${buildDailySums('true')}
    FROM ${buildDirectRows(classification, bill, items)} GROUP BY ALL)`;
}

/** `kept` are additional columns of the bill relation that rows of pools keep. */
export async function createPeriodTables(
  session: LakeSession,
  rules: RuleSet,
  classification: Classification,
  bill: string,
  files: readonly StagedFile[],
  kept: readonly string[] = [],
): Promise<void> {
  await createFileTable(session, files);
  await session.query(`CREATE TEMP TABLE direct_daily AS ${buildDirectDailySelect(classification, bill)}`);
  await session.query(`CREATE TEMP TABLE pool_row AS SELECT row_number() OVER () AS id, lake_file,
      file_row_number AS row_number, rule_index, ${buildPoolSql(rules)} AS pool, BillingCurrency AS currency,
      ChargePeriodStart::DATE AS charge_day, period, ${[dimensionList, ...kept].join(', ')},
      ${NODE} AS node, epoch_ms(ChargePeriodStart) AS start_ms, epoch_ms(ChargePeriodEnd) AS end_ms,
      ${allocatedCosts.map((cost) => `${buildUnitsSql(cost)} AS ${cost}`).join(', ')}
    FROM ${classification.from(bill)} WHERE NOT (${classification.isDirect})`);
  const fields = subjectFields.map((field) => `${quoteIdentifier(field)} VARCHAR`).join(', ');
  await session.query(`CREATE TEMP TABLE share (id INTEGER, rule_index INTEGER, pool VARCHAR, place INTEGER,
      from_high BIGINT, from_low BIGINT, to_high BIGINT, to_low BIGINT, ratio ${EXACT_TYPE}, kind VARCHAR, method VARCHAR,
      layer INTEGER, usage_unit VARCHAR, usage_quantity ${EXACT_TYPE}, resource_id VARCHAR, resource_name VARCHAR,
      reason VARCHAR, ${fields})`);
  const costs = allocatedCosts.map((cost) => `${cost} ${EXACT_TYPE}`).join(', ');
  await session.query(
    `CREATE TEMP TABLE shared_daily (BillingCurrency VARCHAR, charge_day DATE, kind VARCHAR, ${fields}, ${costs})`,
  );
}

async function createFileTable(session: LakeSession, files: readonly StagedFile[]): Promise<void> {
  await session.query('CREATE TEMP TABLE bill_file (lake_file VARCHAR, partition_name VARCHAR, place INTEGER)');
  const rows = files.map((file, place) => `(${quoteLiteral(file.id)}, ${quoteLiteral(file.partition)}, ${place})`);
  if (rows.length > 0) await session.query(`INSERT INTO bill_file VALUES ${rows.join(', ')}`);
}

/** Node id of a bill row, normalized like the node of workload usage. */
const NODE = `coalesce(lower(trim(ResourceId)), '')`;

/** Rows of one pool have the same split: by currency, and by day or by node and time where the rule requires it. */
function buildPoolSql(rules: RuleSet): string {
  const currency = `coalesce(BillingCurrency, '')`;
  const branches = rules.rules.flatMap((rule, index) => {
    if (!isPool(rule)) return [];
    if (rule.kubernetes !== undefined) {
      return [
        `WHEN rule_index = ${index} THEN concat_ws('|', ${NODE}, epoch_ms(ChargePeriodStart), epoch_ms(ChargePeriodEnd))`,
      ];
    }
    const byDay = rule.split !== undefined && 'per' in rule.split && rule.split.per === 'day';
    return byDay
      ? [`WHEN rule_index = ${index} THEN concat_ws('|', ${currency}, strftime(ChargePeriodStart, '%Y-%m-%d'))`]
      : [];
  });
  return branches.length === 0 ? currency : `CASE ${branches.join(' ')} ELSE ${currency} END`;
}

/** Key of a subject over some of its fields, to find equal subjects. */
export function buildSubjectKeySql(subject: Subject): string {
  return JSON.stringify(subjectFields.map((field) => subject[field] ?? null));
}
