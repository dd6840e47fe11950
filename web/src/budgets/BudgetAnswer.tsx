import type { BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';

/** `$420.00 of $500.00 is spent and $30.00 reserved; it stopped 2 runs.` */
export function BudgetAnswer({ budget: { spent, limit, reserved, stops } }: { readonly budget: BudgetDetail }) {
  const stopped = stops.length === 0 ? 'no run stopped' : `${counted(stops.length, 'run')} stopped`;
  if (spent === null) {
    return (
      <>
        No cost is known yet against the limit of <MoneyFigure money={limit} /> in this window; {stopped}.
      </>
    );
  }
  return (
    <>
      <MoneyFigure money={spent} /> of <MoneyFigure money={limit} /> is spent and <MoneyFigure money={reserved} />{' '}
      reserved; {stopped}.
    </>
  );
}
