import { subjectFields } from '../../../org/schema.ts';
import { EXACT_DECIMALS, EXACT_TYPE, quoteIdentifier } from '../../../platform/lake/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { buildBoundarySql, buildCostSql } from './split-sql.ts';

const fields = subjectFields.map(quoteIdentifier).join(', ');
/** Days that an interval overlaps: nodes and workloads are joined by day, which keeps the join small. */
const days = `unnest(range(start_ms // ${DAY_MS}, (end_ms - 1) // ${DAY_MS} + 1)) AS day`;

/** From `node_pool` and `workload`: weight times milliseconds of each workload in each pool. */
export const workloadSumSelect = `SELECT pool, resource_id, resource_name, ${fields}, any_value(span_ms) AS span_ms,
    sum(held * ms)::HUGEINT AS held, sum(busy * ms)::HUGEINT AS busy, max(capacity) AS capacity, max(one) AS one, max(unit) AS unit
  FROM (SELECT p.pool, p.end_ms - p.start_ms AS span_ms, w.* EXCLUDE (node, start_ms, end_ms, day),
      least(p.end_ms, w.end_ms, (day + 1) * ${DAY_MS}) - greatest(p.start_ms, w.start_ms, day * ${DAY_MS}) AS ms
    FROM (SELECT *, ${days} FROM node_pool WHERE end_ms > start_ms) p
    JOIN (SELECT *, ${days} FROM workload) w USING (node, day))
  WHERE ms > 0 GROUP BY ALL HAVING sum(held * ms) > 0`;

/** Denominator of a pool: the node's capacity over the time, or the held amount if it is larger. */
const totals = `SELECT pool, any_value(span_ms) AS span_ms, sum(held)::HUGEINT AS held, max(one) AS one, max(unit) AS unit,
    greatest(max(capacity) * any_value(span_ms), sum(held))::HUGEINT AS total FROM node_held GROUP BY pool`;

/**
 * Parts of a pool: usage of each workload, its idle part (held, not used), and last the unallocated part (not held).
 */
const parts = `
  SELECT pool, t.total, t.one, t.unit, 'allocated' AS kind, NULL AS reason, h.busy AS part, resource_id, resource_name, ${fields}
    FROM node_held h JOIN totals t USING (pool) WHERE h.busy > 0
  UNION ALL
  SELECT pool, t.total, t.one, t.unit, 'idle', 'requested and not used', h.held - h.busy, resource_id, resource_name, ${fields}
    FROM node_held h JOIN totals t USING (pool) WHERE h.held > h.busy
  UNION ALL
  SELECT pool, total, one, unit, 'unallocated', 'held by no workload', total - held, NULL, NULL, ${subjectFields.map(() => 'NULL').join(', ')}
    FROM totals WHERE total > held`;

const placed = `SELECT *, row_number() OVER in_order - 1 AS place, (sum(part) OVER in_order)::HUGEINT AS until FROM parts
  WINDOW in_order AS (PARTITION BY pool ORDER BY resource_name NULLS LAST, resource_id, ${fields}, kind ROWS UNBOUNDED PRECEDING)`;

/** End of a part, as a fraction in lowest terms; cut to 62 bits only where it is longer. */
const reduced = `SELECT *, until // divisor AS num, total // divisor AS den FROM (SELECT *, gcd(until, total) AS divisor FROM placed)`;
const cut = `SELECT * REPLACE (num >> surplus AS num, den >> surplus AS den) FROM (
  SELECT *, CASE WHEN den < 4611686018427387904 THEN 0 ELSE ceil(log2(den::DOUBLE))::INTEGER - 61 END AS surplus FROM reduced)`;
/** Two binary words, as in fractions.ts. */
const words = `SELECT *, ((rest << 62) + den - 1) // den AS to_low FROM (
  SELECT *, (num << 62) // den AS to_high, (num << 62) % den AS rest FROM cut)`;
const bounded = `SELECT *, coalesce(lag(to_high) OVER ended, 0) AS from_high, coalesce(lag(to_low) OVER ended, 0) AS from_low FROM words
  WINDOW ended AS (PARTITION BY pool ORDER BY place)`;

const ONE = `1${'0'.repeat(EXACT_DECIMALS)}::HUGEINT`;
const ratio = buildCostSql(
  `${buildBoundarySql(ONE, 'to_high', 'to_low')} - ${buildBoundarySql(ONE, 'from_high', 'from_low')}`,
);
/** Hours to six decimals: part is weight times milliseconds. */
const hours = `((part * 1000) // (one * 3600))::DECIMAL(38,0) * 0.000001::DECIMAL(6,6)`;

/** INSERT of the shares of every pool that `node_held` knows. `common`: rule index, method, layer. */
export function insertNodeShares(firstId: number, common: { rule: number; method: string; layer: number }): string {
  return `INSERT INTO share BY NAME WITH totals AS (${totals}), parts AS (${parts}), placed AS (${placed}),
      reduced AS (${reduced}), cut AS (${cut}), words AS (${words}), bounded AS (${bounded})
    SELECT (row_number() OVER () + ${firstId - 1})::INTEGER AS id, ${common.rule} AS rule_index, pool, place, from_high, from_low,
      to_high, to_low, ${ratio} AS ratio, kind, ${common.method} AS method, ${common.layer} AS layer, unit AS usage_unit,
      (${hours})::${EXACT_TYPE} AS usage_quantity, resource_id, resource_name, reason, ${fields}
    FROM bounded`;
}

/** INSERT of one whole share without a receiver for every pool without reported workloads. */
export function insertUnreported(firstId: number, common: { rule: number; method: string; layer: number }): string {
  return `INSERT INTO share BY NAME
    SELECT (row_number() OVER () + ${firstId - 1})::INTEGER AS id, ${common.rule} AS rule_index, pool, 0 AS place, 0 AS from_high,
      0 AS from_low, 4611686018427387904 AS to_high, 0 AS to_low, 1 AS ratio, 'shared-unallocated' AS kind,
      ${common.method} AS method, ${common.layer} AS layer,
      CASE WHEN node = '' THEN 'the bill row names no resource' ELSE 'no workload usage was reported of this node and time' END AS reason
    FROM node_pool ANTI JOIN node_held USING (pool)`;
}
