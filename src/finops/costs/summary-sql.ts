import { buildDailyAmounts } from './daily.ts';
import { buildCostSource, buildDimensionExpression, type CostRelations, type CostSelection } from './query.ts';

/** SELECT of `d0`, `d1`… (the dimensions), `currency`, `amount` and `missing`, the number of rows without the metric; largest first. */
export function buildGroupsSql(
  selection: CostSelection,
  dimensions: readonly string[],
  relations: CostRelations,
): string {
  const keys = [...dimensions.map((_, index) => `d${index}`), 'currency'];
  const amounts =
    buildDailyAmounts(selection, dimensions, relations.daily) ?? buildRowAmounts(selection, dimensions, relations);
  return `SELECT ${keys.join(', ')}, sum(cost)::VARCHAR AS amount, sum(missing)::INTEGER AS missing FROM (${amounts})
    GROUP BY ALL ORDER BY sum(cost) DESC NULLS LAST, ${keys.join(', ')}`;
}

function buildRowAmounts(selection: CostSelection, dimensions: readonly string[], relations: CostRelations): string {
  const { from, where, amount } = buildCostSource(selection, dimensions, relations);
  const columns = dimensions.map((name, index) => `${buildDimensionExpression(name)} AS d${index}`);
  return `SELECT ${[...columns, 'BillingCurrency AS currency', `${amount} AS cost`].join(', ')},
      (${amount} IS NULL)::INTEGER AS missing FROM ${from} ${where}`;
}
