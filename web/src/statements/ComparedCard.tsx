import type { ComparedAmount } from '../../../src/finops/statements/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { toCsv } from '../format/csv.ts';
import { formatMonthName } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { ChangeMark } from '../parts/ChangeMark.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { type Cost, costBefore, sums, toCost } from './amounts.ts';

interface ComparedRow extends ComparedAmount {
  readonly name: string;
}

interface ComparedCardProps {
  readonly title: string;
  /** Noun of a row: "Service". */
  readonly what: string;
  readonly rows: readonly ComparedRow[];
  /** The month before. */
  readonly previous: string;
  readonly cost: Cost;
}

/** Cost by service or project, next to the preceding month; the rows sum to the cost of the team. */
export function ComparedCard({ title, what, rows, previous, cost }: ComparedCardProps) {
  const largest = rows.toSorted((a, b) => decimal(toCost(b, cost).amount).comparedTo(toCost(a, cost).amount));
  const csv = () =>
    toCsv(
      [what.toLowerCase(), 'billedCost', 'effectiveCost', 'billedBefore', 'effectiveBefore', 'currency'],
      rows.map((row) => [
        ...[row.name, row.billedCost, row.effectiveCost, row.billedBefore, row.effectiveBefore, row.currency],
      ]),
    );
  return (
    <Card
      title={title}
      note={`Largest first, compared with ${formatMonthName(previous)}`}
      actions={
        <CsvButton name={`by-${what.toLowerCase()}`} what={`the statement by ${what.toLowerCase()}`} text={csv} />
      }
      flush
    >
      <SortableTable
        testId={`by-${what.toLowerCase()}`}
        rows={largest}
        columns={[
          { head: what, by: (one) => one.name },
          { head: 'Cost', by: (one) => toCost(one, cost).amount, numeric: true },
          {
            head: formatMonthName(previous),
            by: (one) => costBefore(one, cost)?.amount,
            numeric: true,
            className: table.wideOnly,
          },
          { head: 'Change', by: (one) => subtractBefore(one, cost) },
        ]}
        row={(row) => (
          <tr key={`${row.name} ${row.currency}`}>
            <th scope="row">{row.name}</th>
            <td className={table.number}>
              <MoneyFigure money={toCost(row, cost)} />
            </td>
            <Before row={row} cost={cost} previous={previous} />
          </tr>
        )}
        foot={
          <tfoot>
            {sums(rows, cost).map((money) => (
              <tr key={money.currency}>
                <th scope="row">Total</th>
                <td className={table.number}>
                  <MoneyFigure money={money} />
                </td>
                <td className={table.wideOnly} />
                <td />
              </tr>
            ))}
          </tfoot>
        }
      />
    </Card>
  );
}

/** Null when no bill covers the month before. */
function subtractBefore(row: ComparedRow, cost: Cost): string | null {
  const before = costBefore(row, cost);
  return before === null ? null : decimalString(decimal(toCost(row, cost).amount).minus(before.amount));
}

interface BeforeProps {
  readonly row: ComparedRow;
  readonly cost: Cost;
  readonly previous: string;
}

function Before({ row, cost, previous }: BeforeProps) {
  const before = costBefore(row, cost);
  const now = toCost(row, cost).amount;
  const none = <Unknown reason="No bill covers the previous month." />;
  return (
    <>
      <td className={`${table.number} ${table.wideOnly}`}>{before === null ? none : <MoneyFigure money={before} />}</td>
      <td>
        {before === null ? none : <ChangeMark current={now} before={before.amount} on={formatMonthName(previous)} />}
      </td>
    </>
  );
}
