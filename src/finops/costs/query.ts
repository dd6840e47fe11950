import { subjectFields } from '../../org/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import { quoteIdentifier } from '../../platform/lake/index.ts';
import { findNearest } from '../../platform/manifests/index.ts';
import type { SubjectField } from '../allocation/index.ts';
import {
  buildRangeConditions,
  findBillDimension,
  focusColumnNames,
  type RequestedRange,
  toCamelCase,
} from '../billing/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { buildFilterConditions, parseFilter } from './filters.ts';
import { TEAM_LIMIT } from './visible-costs.ts';

/** Rows of a cost query; derived from the query of its endpoint. */
export interface RowSelection extends RequestedRange {
  readonly filter: readonly string[];
  readonly delivery?: string | undefined;
  /** Excluded sources; no effect on a query about one delivery. */
  readonly withoutSources?: readonly string[] | undefined;
}

export interface CostSelection extends RowSelection {
  readonly metric: CostMetric;
}

export interface CostRelations {
  /** Bill rows with row ids. */
  readonly bill: string;
  readonly allocation: string;
  /** The daily roll-up of the same state; absent for a past delivery. */
  readonly daily?: string;
  /** Additional columns of `allocation`. */
  readonly shareColumns?: readonly string[];
}

export function getMetricColumn(metric: CostMetric): string {
  return metric.charAt(0).toUpperCase() + metric.slice(1);
}

export function isSubjectField(name: string): name is SubjectField {
  return (subjectFields as readonly string[]).includes(name);
}

/** True for dimensions that come from the allocation of a row, not from the bill: subject fields, `rule` and `kind`. */
export function isOfAllocation(name: string): boolean {
  return isSubjectField(name) || name === 'rule' || name === 'kind' || name === TEAM_LIMIT;
}

/** Maximum length of an unknown name in an error message. */
const LONGEST_NAME = 300;

/** SQL text expression of any dimension. Errors: `dimension_unknown`, with the nearest names. */
export function buildDimensionExpression(name: string): string {
  if (name === 'kind') return `coalesce(a.kind, 'unallocated')`;
  if (name === TEAM_LIMIT) return `a.${quoteIdentifier('team')}`;
  if (isOfAllocation(name)) return `a.${quoteIdentifier(name)}`;
  if (name === 'week') return `strftime(ChargePeriodStart, '%G-W%V')`;
  const expression = findBillDimension(name);
  if (expression !== null) return expression;
  const known = [...focusColumnNames.map(toCamelCase), ...subjectFields, 'day', 'week', 'month', 'rule', 'kind'];
  const similar = findNearest(name, known);
  const hint = similar === null ? '' : ` Did you mean ${similar}?`;
  throw new AppError(
    'dimension_unknown',
    `Costs cannot be grouped by "${name.slice(0, LONGEST_NAME)}".${hint} Use a FOCUS column in camelCase, tag:KEY, x_COLUMN, a subject field, day, week or month.`,
    { dimension: name },
  );
}

/** Relation and condition of the rows of a query. */
export interface RowSource {
  readonly from: string;
  readonly where: string;
  /**
   * SQL of a cost of a row: the cost of its share when allocations are joined, else the cost of the row. Both sum to
   * the bill.
   */
  cost(column: string): string;
  readonly isJoined: boolean;
}

/** FROM and WHERE of a selection. Allocations are joined only when `dimensions` or a filter use them. */
export function buildRowSource(
  selection: RowSelection,
  dimensions: readonly string[],
  relations: CostRelations,
): RowSource {
  const filters = selection.filter.map(parseFilter);
  const named = [...dimensions, ...filters.map(({ dimension }) => dimension)];
  const isJoined = named.some(isOfAllocation);
  const conditions = [...buildRangeConditions(selection), ...buildFilterConditions(filters, buildDimensionExpression)];
  return {
    from: isJoined ? buildJoinSql(relations) : `${relations.bill} b`,
    where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`,
    cost: (column) => (isJoined ? buildSharedCostSql(column) : `b.${quoteIdentifier(column)}`),
    isJoined,
  };
}

/** A row without a share keeps its whole cost. */
function buildSharedCostSql(column: string): string {
  return `CASE WHEN a.share IS NULL THEN b.${quoteIdentifier(column)} ELSE a.${quoteIdentifier(`shared_${column}`)} END`;
}

/** The FROM item of a query for one metric; `amount` is the SQL of the metric. */
export function buildCostSource(
  selection: CostSelection,
  dimensions: readonly string[],
  relations: CostRelations,
): { from: string; where: string; amount: string } {
  const { from, where, cost } = buildRowSource(selection, dimensions, relations);
  return { from, where, amount: cost(getMetricColumn(selection.metric)) };
}

const SHARED_COSTS = ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost'];
const SHARE_FACTS = ['kind', 'layer', 'method', 'share', 'ratio', 'usage_unit', 'usage_quantity', 'reason'];

/**
 * Bill rows with their shares; a row without an allocation stays, as unallocated. Columns that bill rows also have are
 * renamed, so that the columns of the bill can be used without a prefix.
 */
function buildJoinSql({ bill, allocation, shareColumns = [] }: CostRelations): string {
  const fields = subjectFields.map(quoteIdentifier).join(', ');
  const costs = SHARED_COSTS.map((column) => `${quoteIdentifier(column)} AS ${quoteIdentifier(`shared_${column}`)}`);
  const shares = `SELECT lake_file AS bill_file, row_number, rule, ${[...SHARE_FACTS, ...shareColumns].join(', ')},
    resource_id AS share_resource_id, resource_name AS share_resource_name, ${fields}, ${costs.join(', ')} FROM ${allocation}`;
  return `${bill} b LEFT JOIN (${shares}) a ON a.bill_file = b.lake_file AND a.row_number = b.file_row_number`;
}
