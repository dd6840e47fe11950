import { Link } from '@tanstack/react-router';
import type { SentReport } from '../../../src/tradeoff/reports/schema.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';

const EXAMPLE = `apiVersion: steelyard/v1
kind: Report
metadata: {name: weekly-finance}
spec:
  audience: finance
  schedule: weekly
  to: {notify: [{email: {to: finance@example.org}}]}
`;

/** Reports that were sent, the newest first. */
export function SentReports({ reports }: { readonly reports: readonly SentReport[] }) {
  if (reports.length === 0) {
    return (
      <EmptyState
        shows="Every report that was sent: audience, window and as-of time."
        why="No report was sent. Apply a document that schedules one."
        command="steelyard apply -f report.yaml"
      >
        <ExampleFile name="report.yaml" text={EXAMPLE} />
      </EmptyState>
    );
  }
  return (
    <SortableTable
      label="Sent reports"
      rows={reports}
      columns={[
        { head: 'Window', by: (one) => one.name },
        { head: 'Audience', by: (one) => one.audience },
        { head: 'Team', by: (one) => one.team ?? 'all' },
        { head: 'Document', by: (one) => one.source },
        { head: 'Known at', by: (one) => one.knownAt },
      ]}
      row={({ report, name, audience, schedule, team, source, knownAt }) => (
        <tr key={report}>
          <th scope="row">
            <Link to="/reports" search={{ report, audience, schedule }} className={parts.textLink}>
              {name}
            </Link>
          </th>
          <td>{audience.replace('-', ' ')}</td>
          <td>{team ?? 'all'}</td>
          <td>{source}</td>
          <td>
            <Instant at={knownAt} />
          </td>
        </tr>
      )}
    />
  );
}
