import type { StatementFacts } from '../../../src/finops/statements/schema.ts';
import { Card } from '../parts/Card.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import table from '../table/table.module.css';
import { type Cost, sums, toCost } from './amounts.ts';
import { CHARGES } from './words.ts';

interface ChargesCardProps {
  readonly facts: StatementFacts;
  readonly cost: Cost;
}

/** Cost by kind of charge: usage, commitments, credits, taxes; the other cost metric is in the next column. */
export function ChargesCard({ facts, cost }: ChargesCardProps) {
  const other: Cost = cost === 'billed' ? 'effective' : 'billed';
  return (
    <Card title="Cost by charge type" flush>
      <table className={table.table} data-testid="charges">
        <thead>
          <tr>
            <th scope="col">Charge</th>
            {[cost, other].map((which) => (
              <th key={which} scope="col" className={table.number}>
                {which === 'billed' ? 'Billed' : 'Effective'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {facts.charges.map((line) => (
            <tr key={`${line.charge} ${line.currency}`}>
              <th scope="row">{CHARGES[line.charge]}</th>
              {[cost, other].map((which) => (
                <td key={which} className={table.number}>
                  <MoneyFigure money={toCost(line, which)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          {sums(facts.totals, cost).map((money) => (
            <tr key={money.currency}>
              <th scope="row">Total</th>
              <td className={table.number}>
                <MoneyFigure money={money} />
              </td>
              <td className={table.number}>
                {sums(facts.totals, other)
                  .filter(({ currency }) => currency === money.currency)
                  .map((one) => (
                    <MoneyFigure key={one.currency} money={one} />
                  ))}
              </td>
            </tr>
          ))}
        </tfoot>
      </table>
    </Card>
  );
}
