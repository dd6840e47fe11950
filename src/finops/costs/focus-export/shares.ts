import { subjectFields } from '../../../org/schema.ts';
import { EXACT_TYPE, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';

/**
 * Allocations with the interval [ratio_from, ratio_to) of each share of its row. The last share of a row ends at 1, so
 * that quantities split by the intervals add up to the row exactly. Rows without a split need no window function.
 */
export function buildStretchSql(allocation: string): string {
  const one = `1::${EXACT_TYPE}`;
  const upTo = (frame: string) =>
    `coalesce(sum(ratio) OVER (PARTITION BY lake_file, row_number ORDER BY share ROWS BETWEEN UNBOUNDED PRECEDING AND ${frame}), 0)::${EXACT_TYPE}`;
  const isLast = 'lead(share) OVER (PARTITION BY lake_file, row_number ORDER BY share) IS NULL';
  return `(SELECT *, NULL::${EXACT_TYPE} AS ratio_from, NULL::${EXACT_TYPE} AS ratio_to FROM ${allocation} WHERE share IS NULL
    UNION ALL SELECT *, ${upTo('1 PRECEDING')} AS ratio_from, CASE WHEN ${isLast} THEN ${one} ELSE ${upTo('CURRENT ROW')} END AS ratio_to
    FROM ${allocation} WHERE share IS NOT NULL)`;
}
export const STRETCH = ['ratio_from', 'ratio_to'];

/**
 * A quantity of a bill row, or the part of it that belongs to its share. The ends of a share are doubles with fifteen
 * digits: no decimal type holds the product of two such decimals, and computing it in parts takes eight times as long.
 * The parts still add up to the quantity to the last decimal, because the last one ends at the whole.
 */
export function splitQuantity(column: string): string {
  const whole = `b.${quoteIdentifier(column)}`;
  const upTo = (ratio: string) =>
    `CASE WHEN ${ratio} = 0 THEN 0::${EXACT_TYPE} WHEN ${ratio} = 1 THEN ${whole} ELSE (${whole}::DOUBLE * ${ratio}::DOUBLE)::${EXACT_TYPE} END`;
  return `CASE WHEN a.share IS NULL OR ${whole} IS NULL THEN ${whole} ELSE ${upTo('a.ratio_to')} - ${upTo('a.ratio_from')} END`;
}

const buildDecimalTextSql = (sql: string) => `rtrim(rtrim(${sql}::VARCHAR, '0'), '.')`;
const ratio = buildDecimalTextSql('(a.ratio_to - a.ratio_from)');
const isUsed = `a.usage_unit IS NOT NULL AND a.usage_quantity IS NOT NULL`;

/** Subject of a share as one text: `team:search/project:ranking`; null for a share without a subject. */
const holder = `nullif(concat_ws('/', ${subjectFields.map((field) => `${quoteLiteral(`${field}:`)} || a.${quoteIdentifier(field)}`).join(', ')}), '')`;
const isHeld = `a.share IS NOT NULL AND a.kind <> 'unallocated' AND a.kind <> 'shared-unallocated'`;
const resourceId = `coalesce(a.share_resource_id, ${holder})`;

/** Prefix of our keys in AllocatedTags, so that none of them collides with a tag of the row. */
const TAG_PREFIX = 'steelyard/';
const subjectTags = `to_json(map_from_entries(list_filter([${subjectFields
  .map((field) => `{'key': ${quoteLiteral(TAG_PREFIX + field)}, 'value': a.${quoteIdentifier(field)}}`)
  .join(', ')}], lambda entry: entry.value IS NOT NULL)))::VARCHAR`;

/**
 * SQL of FOCUS's columns of a split (attribute "data generator-calculated split cost allocation handling"). A row that
 * is not split keeps the split columns of the cloud.
 */
export const allocatedColumns: Readonly<Record<string, string>> = {
  AllocatedMethodId: `CASE WHEN a.share IS NULL THEN b.AllocatedMethodId ELSE a.method END`,
  AllocatedMethodDetails: `CASE WHEN a.share IS NULL THEN b.AllocatedMethodDetails ELSE '{"Elements":[{"AllocatedRatio":' || ${ratio}
    || CASE WHEN ${isUsed} THEN ',"UsageUnit":' || to_json(a.usage_unit)::VARCHAR || ',"UsageQuantity":' || ${buildDecimalTextSql('a.usage_quantity')} ELSE '' END || '}]}' END`,
  AllocatedResourceId: `CASE WHEN a.share IS NULL THEN b.AllocatedResourceId WHEN ${isHeld} THEN ${resourceId} END`,
  AllocatedResourceName: `CASE WHEN a.share IS NULL THEN b.AllocatedResourceName
    WHEN ${isHeld} THEN coalesce(a.share_resource_name, ${resourceId}) END`,
  AllocatedTags: `CASE WHEN a.share IS NULL THEN b.AllocatedTags WHEN ${isHeld} AND ${holder} IS NOT NULL THEN ${subjectTags} END`,
};
