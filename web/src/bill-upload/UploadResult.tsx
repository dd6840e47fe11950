import { Link } from '@tanstack/react-router';
import type { ImportResult } from '../../../src/finops/billing/schema.ts';
import { counted, formatCount } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';

interface UploadResultProps {
  readonly result: ImportResult;
  readonly onOther: () => void;
}

/** An imported bill: rows, months, money, and the parts that do not count. */
export function UploadResult({ result, onOther }: UploadResultProps) {
  const { delivery, source, accepted, rejectedRows, periods, units, unchanged, replaced } = result;
  const notCounted = units.filter(({ standing }) => standing !== 'current');
  return (
    <Card
      title={unchanged ? 'This bill was already imported' : 'Imported'}
      note={unchanged ? 'The same files were delivered before. Nothing has changed.' : undefined}
      actions={
        <>
          {delivery !== null && (
            <Link to="/deliveries/$delivery" params={{ delivery }} className={parts.button}>
              Open the bill
            </Link>
          )}
          <button type="button" className={parts.button} onClick={onOther}>
            Upload another
          </button>
        </>
      }
    >
      <div data-testid="upload-result">
        <Facts
          facts={[
            ['Source', source],
            [
              'Months',
              periods.length === 0 ? (
                <Unknown key="m" reason="The files have no row." />
              ) : (
                periods.map(formatMonth).join(', ')
              ),
            ],
            ['Rows', `${formatCount(accepted)}${rejectedRows > 0 ? `, ${formatCount(rejectedRows)} left out` : ''}`],
            ['Effective cost', <Money key="e" result={result} metric="effectiveCost" />],
            ['Billed cost', <Money key="b" result={result} metric="billedCost" />],
            ...(replaced.length === 0 ? [] : [['Replaced', counted(replaced.length, 'earlier bill')] as const]),
          ]}
        />
        {notCounted.map(({ period, reason, export: name }) => (
          <p key={`${name} ${period}`} className={parts.note} role="note">
            Not counted{period === null ? '' : `: ${formatMonth(period)}`}. {reason ?? ''}
          </p>
        ))}
      </div>
    </Card>
  );
}

function Money({ result, metric }: { readonly result: ImportResult; readonly metric: string }) {
  const totals = result.totals.filter((total) => total.metric === metric);
  if (totals.length === 0) return <Unknown reason="No row of the bill has this cost." />;
  return totals.map((total, index) => (
    <span key={total.currency}>
      {index > 0 && ', '}
      <MoneyFigure money={total} />
    </span>
  ));
}
