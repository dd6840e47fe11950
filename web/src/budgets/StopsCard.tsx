import { Link } from '@tanstack/react-router';
import type { BudgetDetail, BudgetStop } from '../../../src/finops/budgets/schema.ts';
import { subjectText } from '../allocation/rule-text.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

/** Every run that it stopped: when, at which cost, and where the work was saved. */
export function StopsCard({ budget: { name, stops, enforcement } }: { readonly budget: BudgetDetail }) {
  return (
    <Card title="Stopped runs" flush>
      {stops.length === 0 ? (
        <EmptyState
          shows="Runs that this budget stopped, each with its cost and its checkpoint."
          why={enforcement === 'soft' ? 'An alert-only budget stops no runs.' : 'This budget has stopped no run.'}
          {...(enforcement === 'soft' ? {} : { command: `steelyard run --price 3.06USD/h -- python train.py` })}
        />
      ) : (
        <SortableTable
          label={`Stops of ${name}`}
          rows={stops}
          columns={[
            { head: 'Run', by: (one) => one.subject.run ?? one.reservation },
            { head: 'Stopped', by: (one) => one.at },
            { head: 'Cost', by: (one) => one.spent?.amount, numeric: true },
            { head: 'Checkpoint', by: (one) => one.checkpoint },
          ]}
          row={(stop) => <Row key={stop.reservation} stop={stop} />}
        />
      )}
    </Card>
  );
}

function Row({ stop: { reservation, subject, at, spent, checkpoint } }: { readonly stop: BudgetStop }) {
  const { run: runId, ...others } = subject;
  return (
    <tr>
      <th scope="row">
        {runId === undefined ? (
          reservation
        ) : (
          <Link to="/runs/$runId" params={{ runId }}>
            {runId.slice(0, 8)}
          </Link>
        )}{' '}
        <span className={`${table.sub} ${table.wideOnly}`}>{subjectText(others)}</span>
      </th>
      <td>
        <Instant at={at} />
      </td>
      <td className={table.number}>
        {spent === null ? <Unknown reason="Its resources have no price." /> : <MoneyFigure money={spent} />}
      </td>
      <td>{checkpoint ?? <Unknown reason="It reported no checkpoint." />}</td>
    </tr>
  );
}
