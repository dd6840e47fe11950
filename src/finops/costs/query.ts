import { subjectFields } from '../../org/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import { identifier, literal } from '../../platform/lake/index.ts';
import { nearest } from '../../platform/manifests/index.ts';
import type { SubjectField } from '../allocation/index.ts';
import { billDimension, camelCaseOf, focusColumnNames } from '../billing/index.ts';
import type { CostMetric } from '../billing/schema.ts';

/** What a cost question asks about; derived from the query of its endpoint. */
export interface CostSelection {
  readonly metric: CostMetric;
  readonly period?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly filter: readonly string[];
}

export interface CostRelations {
  /** Bill rows with row ids. */
  readonly bill: string;
  readonly allocation: string;
}

export function metricColumn(metric: CostMetric): string {
  return metric.charAt(0).toUpperCase() + metric.slice(1);
}

export function isSubjectField(name: string): name is SubjectField {
  return (subjectFields as readonly string[]).includes(name);
}

/** SQL text expression of any dimension. Errors: `dimension_unknown`, with the nearest names. */
export function dimensionExpression(name: string): string {
  if (isSubjectField(name)) return `a.${identifier(name)}`;
  if (name === 'rule') return 'a.rule';
  const expression = billDimension(name);
  if (expression !== null) return expression;
  const similar = nearest(name, [...focusColumnNames.map(camelCaseOf), ...subjectFields, 'day', 'month', 'rule']);
  const hint = similar === null ? '' : ` Did you mean ${similar}?`;
  throw new AppError(
    'dimension_unknown',
    `Costs cannot be grouped by "${name}".${hint} Use a FOCUS column in camelCase, tag:KEY, x_COLUMN, a subject field, day or month.`,
    { dimension: name },
  );
}

/**
 * FROM and WHERE of a selection. Allocations join only when a subject is asked for; `amount` is the metric of the share
 * then, and of the bill row otherwise: both sum to the bill.
 */
export function costSource(
  selection: CostSelection,
  dimensions: readonly string[],
  relations: CostRelations,
): { from: string; where: string; amount: string } {
  const filters = selection.filter.map(splitFilter);
  const named = [...dimensions, ...filters.map(([name]) => name)];
  const bySubject = named.some((name) => isSubjectField(name) || name === 'rule');
  const column = metricColumn(selection.metric);
  const from = bySubject ? joined(relations, column) : `${relations.bill} b`;
  const conditions = [...periodConditions(selection), ...filters.map(filterCondition)];
  return {
    from,
    where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`,
    amount: bySubject ? 'a.share' : `b.${identifier(column)}`,
  };
}

/** Bill rows with their shares. Only what a query names of an allocation is read, under names that bill rows lack. */
function joined(relations: CostRelations, costColumn: string): string {
  const fields = subjectFields.map(identifier).join(', ');
  const shares = `SELECT lake_file AS bill_file, row_number, rule, ${fields}, ${identifier(costColumn)} AS share FROM ${relations.allocation}`;
  return `${relations.bill} b JOIN (${shares}) a ON a.bill_file = b.lake_file AND a.row_number = b.file_row_number`;
}

function periodConditions({ period, from, to }: CostSelection): string[] {
  return [
    ...(period === undefined ? [] : [`period = ${literal(period)}`]),
    ...(from === undefined ? [] : [`period >= ${literal(from)}`]),
    ...(to === undefined ? [] : [`period <= ${literal(to)}`]),
  ];
}

function splitFilter(filter: string): [name: string, value: string] {
  const at = filter.indexOf('=');
  return [filter.slice(0, at), filter.slice(at + 1)];
}

function filterCondition([name, value]: [string, string]): string {
  const expression = dimensionExpression(name);
  return value === '' ? `${expression} IS NULL` : `${expression} = ${literal(value)}`;
}
