import type { StatementFacts } from '../../../src/finops/statements/schema.ts';
import { Card } from '../parts/Card.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
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
      <SortableTable
        testId="charges"
        rows={facts.charges}
        columns={[
          { head: 'Charge', by: (line) => CHARGES[line.charge] },
          ...[cost, other].map((which) => ({
            head: which === 'billed' ? 'Billed' : 'Effective',
            by: (line: StatementFacts['charges'][number]) => toCost(line, which).amount,
            numeric: true,
          })),
        ]}
        row={(line) => (
          <tr key={`${line.charge} ${line.currency}`}>
            <th scope="row">{CHARGES[line.charge]}</th>
            {[cost, other].map((which) => (
              <td key={which} className={table.number}>
                <MoneyFigure money={toCost(line, which)} />
              </td>
            ))}
          </tr>
        )}
        foot={
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
        }
      />
    </Card>
  );
}
