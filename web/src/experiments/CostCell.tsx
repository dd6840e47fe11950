import type { RunCost } from '../../../src/mlops/runs/schema.ts';
import { exactMoney, formatMoney } from '../format/money.ts';
import { formatMeasure } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { CostFigure } from '../runs/CostFigure.tsx';

interface CostCellProps {
  readonly cost: RunCost;
  /** As a column names it: `total`, `metered`, `gpu_hours`… */
  readonly figure: string;
}

/** A figure of a run's cost with the small mark of its basis, or why it is not known. */
export function CostCell({ cost, figure }: CostCellProps) {
  if (figure === 'gpu_hours')
    return <Amount amount={cost.gpuHours.hours} unit="GPU-hours" reason={cost.gpuHours.reason} />;
  if (figure === 'energy_kwh') {
    return <Amount amount={cost.energy.kilowattHours} unit="kWh" reason={cost.energy.reason} />;
  }
  if (figure === 'total') return <CostFigure total={cost.total} />;
  const { cost: money, reason } = pickFigure(cost, figure);
  if (money === null) return <Unknown reason={sentence(reason ?? 'not known')} />;
  return (
    <data value={money.amount} data-tip={`${exactMoney(money)}${reason === null ? '' : `. ${sentence(reason)}`}`}>
      {reason === null ? '' : 'at least '}
      {formatMoney(money)}
    </data>
  );
}

function pickFigure(cost: RunCost, figure: string): Pick<RunCost['metered'], 'cost' | 'reason'> {
  if (figure === 'metered') return cost.metered;
  if (figure === 'reconciled') return cost.reconciled;
  return cost.allocated;
}

interface AmountProps {
  readonly amount: string | number | null;
  readonly unit: string;
  readonly reason: string | null;
}

function Amount({ amount, unit, reason }: AmountProps) {
  if (amount === null) return <Unknown reason={sentence(reason ?? 'not known')} />;
  return (
    <data value={String(amount)} data-tip={`${amount} ${unit}${reason === null ? '' : `. ${sentence(reason)}`}`}>
      {formatMeasure(amount)}
    </data>
  );
}

function sentence(reason: string): string {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
