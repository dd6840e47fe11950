import type { RunCostSum } from '../../../src/mlops/run-views/run-table/schema.ts';
import { formatCount } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';

/** Total cost of the runs; the number of runs that it leaves out appears on hover. */
export function CostSum({ sum }: { readonly sum: RunCostSum }) {
  if (sum.runs === 0) return <Unknown reason="There is no run." />;
  if (sum.costs.length === 0)
    return <Unknown reason="No run has a known cost: no usage was recorded for any of them." />;
  const out = sum.runsWithoutCost;
  return (
    <span
      {...(out === 0
        ? {}
        : { 'data-tip': `${formatCount(out)} of ${formatCount(sum.runs)} runs have no known cost and are left out.` })}
    >
      {out === 0 ? '' : 'at least '}
      {sum.costs.map((money, index) => (
        <span key={money.currency}>
          {index === 0 ? '' : ' + '}
          <MoneyFigure money={money} />
        </span>
      ))}
    </span>
  );
}
