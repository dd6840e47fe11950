import { useQuery } from '@tanstack/react-query';
import { billQuality } from '../../../src/finops/billing/quality/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted, formatCount } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './bill-upload.module.css';

const HEIGHT = 96;

/** Rows of a delivery that break a rule of FOCUS. They count like any other row. */
export function QualityCard({ delivery }: { readonly delivery: string }) {
  const quality = useQuery(endpointQuery(billQuality, { params: { delivery } }));
  const found = quality.data?.findings.length;
  return (
    <Card
      title="Data quality"
      note={
        found === undefined || found === 0
          ? 'Rules of FOCUS, checked on every row'
          : `${counted(found, 'finding')}. These rows are counted; tell the provider, or correct the export`
      }
      flush
    >
      <Loaded query={quality} what="The data quality" height={HEIGHT}>
        {({ findings, rows }) =>
          findings.length === 0 ? (
            <p className={styles.passed}>No findings in {counted(rows, 'row')}.</p>
          ) : (
            <SortableTable
              testId="quality-findings"
              rows={findings}
              columns={[
                { head: 'Finding', by: (one) => one.title },
                { head: 'Month', by: (one) => one.period },
                { head: 'Rows', by: (one) => one.rows, numeric: true },
                { head: 'Billed', by: (one) => one.billed[0]?.amount, numeric: true },
                { head: 'First example', by: (one) => one.example.file },
              ]}
              row={(finding) => (
                <tr key={`${finding.period} ${finding.rule}`}>
                  <th scope="row" data-tip={finding.focus}>
                    {finding.title}
                  </th>
                  <td>{formatMonth(finding.period)}</td>
                  <td className={table.number}>{formatCount(finding.rows)}</td>
                  <td className={table.number}>
                    {finding.billed.map((money) => (
                      <div key={money.currency}>
                        <MoneyFigure money={money} />
                      </div>
                    ))}
                  </td>
                  <td className={styles.example}>
                    {finding.example.file}, row {formatCount(finding.example.row)}: {finding.column}{' '}
                    <code>{finding.example.value}</code>
                  </td>
                </tr>
              )}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
