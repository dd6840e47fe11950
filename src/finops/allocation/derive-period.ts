import { subjectFields } from '../../org/schema.ts';
import {
  EXACT_TYPE,
  type Lake,
  type LakeSession,
  quoteIdentifier,
  quoteLiteral,
  type StagedFile,
} from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { billRows } from '../billing/index.ts';
import {
  buildDailySums,
  buildDirectDailySelect,
  buildDirectRows,
  createPeriodTables,
  DIRECT_KIND,
  dailyKeys,
  fieldList,
} from './period-tables.ts';
import { buildRuleNameSql, type Classification, compileClassification } from './rules/classify.ts';
import { listPoolIndexes, type RuleSet } from './rules/rule-set.ts';
import { buildSharedRows } from './shares/apply-shares.ts';
import { insertShares } from './shares/insert-shares.ts';
import { planNodes } from './shares/plan-nodes.ts';
import { planSplit } from './shares/plan-split.ts';
import { buildCostSql } from './shares/split-sql.ts';
import type { MeasuredUsage } from './shares/usage-basis.ts';
import { allocatedCosts, allocatedDaily, allocations, dailyDimensions } from './tables.ts';

export interface DerivationDeps {
  readonly lake: Lake;
  readonly usage: MeasuredUsage;
}

/** Inputs for the allocation of one billing period. */
export interface PeriodBill {
  /** YYYY-MM */
  readonly period: string;
  /** Every bill file of the period, in the order of partitions. */
  readonly files: readonly StagedFile[];
  readonly rules: RuleSet;
}

export interface StagedAllocation {
  readonly allocations: readonly StagedFile[];
  readonly daily: readonly StagedFile[];
}

/**
 * Allocates the given partitions of a period and stages their allocations and roll-ups. With pools among the rules it
 * reads the whole period, because the cost and the receivers of a pool can come from any unit of it.
 */
export async function derivePeriod(
  deps: DerivationDeps,
  sql: Sql,
  bill: PeriodBill,
  partitions: readonly string[],
): Promise<StagedAllocation> {
  const { lake } = deps;
  const staged = { allocations: [] as StagedFile[], daily: [] as StagedFile[] };
  const classification = compileClassification(bill.rules);
  try {
    await lake.session(async (session) => {
      const pooled = listPoolIndexes(bill.rules).length > 0;
      if (pooled) await settlePools(deps, session, sql, bill, classification);
      for (const partition of partitions) {
        const files = bill.files.filter((file) => file.partition === partition);
        if (files.length === 0) continue;
        const relation = lake.stagedRelation(billRows, files, classification.others);
        if (bill.rules.rules.length === 0) {
          // Without rules, all cost is unallocated: the daily roll-up is enough.
          staged.daily.push(await session.stage(allocatedDaily, partition, buildDirectDaily(classification, relation)));
          continue;
        }
        const rows = await session.stage(
          allocations,
          partition,
          buildAllocationSelect(bill.rules, classification, relation, pooled ? files : []),
        );
        staged.allocations.push(rows);
        const shared = pooled ? lake.stagedRelation(allocations, [rows]) : null;
        if (shared !== null) await assertConserved(session, shared, files);
        const daily = shared === null ? buildDirectDaily(classification, relation) : buildDailySql(shared, files);
        staged.daily.push(await session.stage(allocatedDaily, partition, daily));
      }
    });
  } catch (error) {
    await lake.discard([...staged.allocations, ...staged.daily]);
    throw error;
  }
  return staged;
}

/**
 * Fills the temporary tables of a period. Pools are settled in the order of their rules, each with the results of the
 * earlier ones. `besides`: a bill relation with additional columns, and those columns that rows of pools keep.
 */
export async function settlePools(
  deps: DerivationDeps,
  session: LakeSession,
  sql: Sql,
  { period, files, rules }: PeriodBill,
  classification: Classification,
  besides: { readonly bill: string; readonly kept: readonly string[] } | null = null,
): Promise<void> {
  const bill = besides?.bill ?? deps.lake.stagedRelation(billRows, files, classification.others);
  await createPeriodTables(session, rules, classification, bill, files, besides?.kept);
  const context = { session, sql, classification, bill, period, usage: deps.usage };
  for (const [place, ruleIndex] of listPoolIndexes(rules).entries()) {
    const rule = rules.rules[ruleIndex];
    if (rule?.kubernetes !== undefined) {
      await planNodes(session, sql, { index: ruleIndex, layer: place + 1, split: rule.kubernetes });
    }
    if (rule?.split !== undefined) {
      const planned = await planSplit(context, rule, ruleIndex, rule.split);
      const method = describeSplitMethod(rule.split);
      const shared = planned.map(({ pool, outcome }) => ({
        ruleIndex,
        pool: pool.pool,
        layer: place + 1,
        method,
        outcome,
      }));
      await insertShares(session, shared);
    }
    if (isBasisOfLater(rules, ruleIndex)) await addToBasis(session, rules, ruleIndex);
  }
}

/** True if the split of a later pool depends on cost allocated before it, and so on the result of this rule. */
function isBasisOfLater(rules: RuleSet, ruleIndex: number): boolean {
  return rules.rules.slice(ruleIndex + 1).some(({ split }) => {
    if (split?.method === 'even') return split.to === undefined;
    return split?.method === 'proportional' && split.by === 'cost' && split.of === undefined;
  });
}

async function addToBasis(session: LakeSession, rules: RuleSet, ruleIndex: number): Promise<void> {
  const items = `r.BillingCurrency, r.charge_day, s.kind, ${ofShare}`;
  const sums = allocatedCosts.map((cost) => `sum(${cost})`).join(', ');
  await session.query(`INSERT INTO shared_daily SELECT BillingCurrency, charge_day, kind, ${fieldList}, ${sums}
    FROM (${buildSharedRows(rules, [ruleIndex], items)}) GROUP BY ALL`);
}

function describeSplitMethod(split: NonNullable<RuleSet['rules'][number]['split']>): string {
  return split.method === 'proportional' ? `proportional/${split.by}` : split.method;
}

const ofShare = subjectFields.map((field) => `s.${quoteIdentifier(field)}`).join(', ');
const buildFilesCondition = (files: readonly StagedFile[]) =>
  `lake_file IN (${files.map(({ id }) => quoteLiteral(id)).join(', ')})`;

/** Rows for `allocations`: whole rows of direct rules, and the shares of rows in pools. */
function buildAllocationSelect(
  rules: RuleSet,
  classification: Classification,
  relation: string,
  pooled: readonly StagedFile[],
): string {
  const noCosts = allocatedCosts.map((cost) => `NULL::${EXACT_TYPE} AS ${cost}`).join(', ');
  const direct = `SELECT lake_file, row_number, ${classification.ruleName} AS rule, ${DIRECT_KIND} AS kind, NULL::INTEGER AS layer,
      'direct' AS method, NULL::INTEGER AS share, NULL::${EXACT_TYPE} AS ratio, NULL::VARCHAR AS usage_unit,
      NULL::${EXACT_TYPE} AS usage_quantity, NULL::VARCHAR AS resource_id, NULL::VARCHAR AS resource_name,
      CASE WHEN coalesce(${fieldList}) IS NULL THEN 'the row lacks what the subject is named by' END AS reason,
      ${fieldList}, ${noCosts}
    FROM ${buildDirectRows(classification, relation, 'lake_file, file_row_number AS row_number')} WHERE rule_index IS NOT NULL`;
  if (pooled.length === 0) return direct;
  const items = `r.lake_file, r.row_number, s.rule_index, s.kind, s.layer, s.method, s.place, s.ratio, s.usage_unit,
    s.usage_quantity, s.resource_id, s.resource_name, s.reason, ${ofShare}`;
  return `${direct} UNION ALL SELECT * REPLACE (${buildRuleNameSql(rules)} AS rule_index)
    FROM (${buildSharedRows(rules, listPoolIndexes(rules), items)}) WHERE ${buildFilesCondition(pooled)}`;
}

const totals = [
  ...allocatedCosts.map((cost) => `sum(${cost})::${EXACT_TYPE} AS ${cost}`),
  ...allocatedCosts.map((cost) => `sum(without_${cost})::BIGINT AS without_${cost}`),
].join(', ');
const buildDailySumSql = (rows: string) =>
  `SELECT ${dailyKeys}, sum(bill_rows)::BIGINT AS bill_rows, ${totals} FROM (${rows}) GROUP BY ALL`;

function buildDirectDaily(classification: Classification, relation: string): string {
  return buildDailySumSql(buildDirectDailySelect(classification, relation));
}

/** The daily roll-up where there are pools: the sums of the direct rows and the staged shares. */
function buildDailySql(shared: string, files: readonly StagedFile[]): string {
  const dimensions = dailyDimensions.map((column) => `r.${column}`).join(', ');
  const rows = `SELECT r.charge_day, r.period, ${dimensions}, ${subjectFields.map((field) => `a.${quoteIdentifier(field)}`).join(', ')},
      a.rule, a.kind, a.share, ${allocatedCosts.map((cost) => `a.${cost}`).join(', ')}
    FROM ${shared} a JOIN pool_row r ON r.lake_file = a.lake_file AND r.row_number = a.row_number WHERE a.share IS NOT NULL`;
  return buildDailySumSql(`SELECT * EXCLUDE (lake_file) FROM direct_daily WHERE ${buildFilesCondition(files)}
    UNION ALL BY NAME SELECT ${dailyKeys}, ${buildDailySums('share = 0')} FROM (${rows}) GROUP BY ALL`);
}

/** Checks law 1 before the allocation becomes visible: shares that do not add up to their rows are a bug and throw. */
async function assertConserved(session: LakeSession, shared: string, files: readonly StagedFile[]): Promise<void> {
  const given = allocatedCosts.map((cost) => `sum(${cost}) AS ${cost}`).join(', ');
  const owed = allocatedCosts.map((cost) => `${buildCostSql(`sum(${cost})`)} AS ${cost}`).join(', ');
  const same = allocatedCosts.map((cost) => `given.${cost} IS NOT DISTINCT FROM owed.${cost}`).join(' AND ');
  const [row] =
    await session.query(`SELECT ${same} AND given.bill_rows = owed.bill_rows AS conserved, given::VARCHAR AS given, owed::VARCHAR AS owed
    FROM (SELECT ${given}, count(*) FILTER (share = 0) AS bill_rows FROM ${shared} WHERE share IS NOT NULL) given,
      (SELECT ${owed}, count(*) AS bill_rows FROM pool_row WHERE ${buildFilesCondition(files)}) owed`);
  if (row?.conserved === true) return;
  throw new Error(`shares do not add up to their rows: ${String(row?.given)} of ${String(row?.owed)}`);
}
