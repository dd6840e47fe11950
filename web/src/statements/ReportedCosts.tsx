import type { StatementReporting } from '../../../src/finops/statements/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Notice } from '../parts/Notice.tsx';
import { RatesText } from '../parts/RatesText.tsx';
import type { Cost } from './amounts.ts';

interface ReportedCostsProps {
  readonly reporting: StatementReporting | null;
  readonly cost: Cost;
}

/**
 * The total in the reporting currency, with its rates and the cost without a rate; renders nothing without a reporting
 * currency.
 */
export function ReportedCosts({ reporting, cost }: ReportedCostsProps) {
  if (reporting === null) return null;
  const { currency, rates, leftOut } = reporting;
  const column = cost === 'effective' ? 'effectiveCost' : 'billedCost';
  const amount = reporting[column];
  return (
    <Notice>
      <strong>In {currency}:</strong> {amount === null ? 'unknown' : <MoneyFigure money={{ amount, currency }} />}{' '}
      {cost}
      {rates.length + leftOut.length > 0 && ', '}
      <RatesText
        currency={currency}
        rates={rates}
        leftOut={leftOut.map((left) => ({ ...left, amount: left[column] }))}
      />
      .
    </Notice>
  );
}
