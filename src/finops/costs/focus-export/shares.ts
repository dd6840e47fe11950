import { subjectFields } from '../../../org/schema.ts';
import { EXACT_TYPE, EXACT_UNIT, identifier, literal } from '../../../platform/lake/index.ts';

/**
 * Allocations with the stretch [ratio_from, ratio_to) that each share has of its row. The last share of a row ends at 1, so
 * that whatever is split by the stretches adds up to the row exactly. Rows that are not split need no window over them.
 */
export function withStretches(allocation: string): string {
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
 * SQL of `quantity x ratio` to the last of the lake's 21 decimals, 0 <= ratio <= 1. No decimal type holds the product of two
 * such decimals, so the ratio is taken in two parts: 9 digits, and 12 more in units of 1e-9. Quantities of more than 12
 * decimals or of a trillion and more are multiplied as doubles, to their fifteen digits.
 */
export function scaled(quantity: string, ratio: string): string {
  const [short, high] = [`(${quantity})::DECIMAL(24,12)`, `trunc(${ratio}, 9)::DECIMAL(10,9)`];
  const low = `(((${ratio}) - trunc(${ratio}, 9)) * 1000000000)::DECIMAL(13,12)`;
  const rest = `((${short} * ${low})::DECIMAL(36,12) * 1000000000000)::DECIMAL(38,0) * ${EXACT_UNIT}`;
  const isShort = `abs(${quantity}) < 1000000000000 AND ${quantity} = round(${quantity}, 12)`;
  return `CASE WHEN ${isShort} THEN (${short} * ${high})::${EXACT_TYPE} + (${rest})::${EXACT_TYPE}
    ELSE ((${quantity})::DOUBLE * (${ratio})::DOUBLE)::${EXACT_TYPE} END`;
}

/** A quantity of a bill row, or the part of it that its share has; the parts add up to it to the last decimal. */
export function splitQuantity(column: string): string {
  const whole = `b.${identifier(column)}`;
  const upTo = (ratio: string) => `CASE WHEN ${ratio} = 1 THEN ${whole} ELSE ${scaled(whole, ratio)} END`;
  return `CASE WHEN a.share IS NULL THEN ${whole} ELSE ${upTo('a.ratio_to')} - ${upTo('a.ratio_from')} END`;
}

const decimalText = (sql: string) => `rtrim(rtrim(${sql}::VARCHAR, '0'), '.')`;
const ratio = decimalText('(a.ratio_to - a.ratio_from)');
const isUsed = `a.usage_unit IS NOT NULL AND a.usage_quantity IS NOT NULL`;

/** Whose a share is, as one text: `team:search/project:ranking`; null for a share that is nobody's. */
const holder = `nullif(concat_ws('/', ${subjectFields.map((field) => `${literal(`${field}:`)} || a.${identifier(field)}`).join(', ')}), '')`;
const isHeld = `a.share IS NOT NULL AND a.kind <> 'unallocated' AND a.kind <> 'shared-unallocated'`;
const resourceId = `coalesce(a.share_resource_id, ${holder})`;

/** Our keys in AllocatedTags begin with it, so that none of them is a tag that the row has itself. */
const TAG_PREFIX = 'steelyard/';
const subjectTags = `to_json(map_from_entries(list_filter([${subjectFields
  .map((field) => `{'key': ${literal(TAG_PREFIX + field)}, 'value': a.${identifier(field)}}`)
  .join(', ')}], lambda entry: entry.value IS NOT NULL)))::VARCHAR`;

/**
 * SQL of FOCUS's columns of a split (attribute "data generator-calculated split cost allocation handling"). A row that is
 * not split keeps what the cloud says about its own splits.
 */
export const allocatedColumns: Readonly<Record<string, string>> = {
  AllocatedMethodId: `CASE WHEN a.share IS NULL THEN b.AllocatedMethodId ELSE a.method END`,
  AllocatedMethodDetails: `CASE WHEN a.share IS NULL THEN b.AllocatedMethodDetails ELSE '{"Elements":[{"AllocatedRatio":' || ${ratio}
    || CASE WHEN ${isUsed} THEN ',"UsageUnit":' || to_json(a.usage_unit)::VARCHAR || ',"UsageQuantity":' || ${decimalText('a.usage_quantity')} ELSE '' END || '}]}' END`,
  AllocatedResourceId: `CASE WHEN a.share IS NULL THEN b.AllocatedResourceId WHEN ${isHeld} THEN ${resourceId} END`,
  AllocatedResourceName: `CASE WHEN a.share IS NULL THEN b.AllocatedResourceName
    WHEN ${isHeld} THEN coalesce(a.share_resource_name, ${resourceId}) END`,
  AllocatedTags: `CASE WHEN a.share IS NULL THEN b.AllocatedTags WHEN ${isHeld} AND ${holder} IS NOT NULL THEN ${subjectTags} END`,
};
