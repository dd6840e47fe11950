import { quoteIdentifier } from '../../../platform/lake/index.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { allocatedCosts } from '../tables.ts';
import { buildBoundarySql, buildCostSql } from './split-sql.ts';

/**
 * Multiplies rows of pools by their shares without materializing them: a SELECT of the given items over `r` (a row of
 * `pool_row`) and `s` (one of its shares), with the share's costs. Each cost column is split separately: a share is the
 * part between its two boundaries of the row's cost. A cost missing in the row stays null.
 */
export function buildSharedRows(rules: RuleSet, pools: readonly number[], items: string): string {
  const fixed = pools.filter((index) => rules.rules[index]?.split?.method === 'fixed');
  const others = pools.filter((index) => !fixed.includes(index));
  const selects = [
    ...(others.length === 0 ? [] : [buildRowByRowSql(others, items)]),
    ...(fixed.length === 0 ? [] : [buildRunningTotalSql(fixed, items)]),
  ];
  return selects.join(' UNION ALL ');
}

const matching = 'JOIN share s ON s.rule_index = r.rule_index AND s.pool = r.pool';

function buildRowByRowSql(pools: readonly number[], items: string): string {
  const costs = allocatedCosts.map(
    (cost) => `${buildCostSql(buildBetweenSql(`r.${quoteIdentifier(cost)}`))} AS ${cost}`,
  );
  return `SELECT ${items}, ${costs.join(', ')} FROM pool_row r ${matching} WHERE r.rule_index IN (${pools.join(', ')})`;
}

/**
 * Fixed amounts are split over the running total of the pool instead of row by row. The sum of a receiver over all rows
 * is then exactly its amount, regardless of the rounding of single rows, and each row still adds up.
 */
function buildRunningTotalSql(pools: readonly number[], items: string): string {
  const running = allocatedCosts.map(
    (cost) => `coalesce(sum(${cost}) OVER in_order, 0)::HUGEINT AS until_${cost}, coalesce(${cost}, 0) AS here_${cost}`,
  );
  const costs = allocatedCosts.map((cost) => {
    const until = buildBetweenSql(`r.until_${cost}`);
    const earlier = buildBetweenSql(`(r.until_${cost} - r.here_${cost})`);
    return `CASE WHEN r.${cost} IS NOT NULL THEN ${buildCostSql(`${until} - ${earlier}`)} END AS ${cost}`;
  });
  return `SELECT ${items}, ${costs.join(', ')} FROM (
      SELECT pool_row.*, ${running.join(', ')} FROM pool_row JOIN bill_file USING (lake_file) WHERE rule_index IN (${pools.join(', ')})
      WINDOW in_order AS (PARTITION BY rule_index, pool ORDER BY bill_file.place, row_number ROWS UNBOUNDED PRECEDING)
    ) r ${matching}`;
}

function buildBetweenSql(amount: string): string {
  return `(${buildBoundarySql(amount, 's.to_high', 's.to_low')} - ${buildBoundarySql(amount, 's.from_high', 's.from_low')})`;
}
