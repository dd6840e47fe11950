import {
  formatReportCell,
  type ReportCell,
  type ReportDocument,
  type RestatedFigure,
} from '../../../src/tradeoff/reports/schema.ts';
import { formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import type { ShownReport } from './use-report.ts';

interface RestatedCardProps {
  readonly document: ReportDocument;
  readonly restated: NonNullable<ShownReport['restatedSince']>;
}

/** Figures of the window that changed since its report was sent or first made; nothing where none did. */
export function RestatedCard({ document, restated: { report, knownAt, figures } }: RestatedCardProps) {
  if (figures.length === 0) return null;
  const since = `the report that was ${report === null ? 'first made' : 'sent'}, as known at ${formatInstant(knownAt)}`;
  return (
    <Card title="Restated" note={`Figures that later facts changed since ${since}.`} flush>
      <SortableTable
        label="Restated figures"
        rows={figures}
        columns={[
          { head: 'Figure', by: (one) => nameFigure(document, one) },
          { head: 'Column', by: (one) => one.column },
          { head: 'Before', by: (one) => one.before?.value, numeric: true },
          { head: 'Now', by: (one) => one.now?.value, numeric: true },
        ]}
        row={(figure) => (
          <tr key={JSON.stringify([figure.section, figure.row, figure.column])}>
            <th scope="row">{nameFigure(document, figure)}</th>
            <td>{figure.column}</td>
            <td className={table.number}>
              <Value cell={figure.before} missing="The row was not in that report." />
            </td>
            <td className={table.number}>
              <Value cell={figure.now} missing="The row is no longer in the report." />
            </td>
          </tr>
        )}
      />
    </Card>
  );
}

/** Example: `Cost by service: Amazon EC2`. */
function nameFigure({ sections }: ReportDocument, { section, row }: RestatedFigure): string {
  const found = sections.find(({ id }) => id === section);
  const name = found?.rows.find(({ key }) => key === row)?.cells[0]?.value ?? row;
  return `${found?.title ?? section}: ${name}`;
}

function Value({ cell, missing }: { readonly cell: ReportCell | null; readonly missing: string }) {
  if (cell === null) return <Unknown reason={missing} />;
  return cell.value === null ? <Unknown reason={cell.reason ?? 'Not known.'} /> : formatReportCell(cell);
}
