import type { StatementFacts } from '../../../src/finops/statements/schema.ts';
import { Card } from '../parts/Card.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { ShareBar } from '../parts/ShareBar.tsx';
import { ShareText } from '../parts/ShareText.tsx';
import table from '../table/table.module.css';
import { type Cost, computeRatio, sums, toCost } from './amounts.ts';
import { CostChoice } from './CostChoice.tsx';
import styles from './statements.module.css';
import { WAYS } from './words.ts';

interface WaysCardProps {
  readonly facts: StatementFacts;
  readonly cost: Cost;
  readonly onCost: (cost: Cost) => void;
}

/** Cost of the team by way of allocation: direct, shared, idle; for unallocated cost, its reasons. */
export function WaysCard({ facts, cost, onCost }: WaysCardProps) {
  const whole = sums(facts.totals, cost);
  const lines =
    facts.team === null
      ? facts.reasons.map((one) => ({ ...one, id: one.reason, label: one.reason, means: undefined }))
      : facts.ways.map((one) => ({ ...one, id: one.way, ...WAYS[one.way] }));
  return (
    <Card
      title={facts.team === null ? 'Reasons for the unallocated cost' : 'Cost by allocation method'}
      actions={<CostChoice cost={cost} onCost={onCost} />}
      flush
    >
      <table className={table.table} data-testid="ways">
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{facts.team === null ? 'Reason' : 'Method'}</th>
            <th scope="col">Amount</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const money = toCost(line, cost);
            const all = whole.find((one) => one.currency === line.currency);
            return (
              <tr key={`${line.id} ${line.currency}`}>
                <th scope="row">
                  {line.label}
                  {line.means !== undefined && <small className={styles.small}>{line.means}</small>}
                </th>
                <td className={table.number}>
                  <MoneyFigure money={money} />
                </td>
                <td className={styles.shareCell}>
                  <ShareBar ratio={computeRatio(money, all)} />
                  <span>{all === undefined ? '–' : <ShareText part={money.amount} whole={all.amount} />}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          {whole.map((money) => (
            <tr key={money.currency}>
              <th scope="row">Total</th>
              <td className={table.number}>
                <MoneyFigure money={money} />
              </td>
              <td />
            </tr>
          ))}
        </tfoot>
      </table>
    </Card>
  );
}
