import { formatReportCell, type ReportCell, type ReportSection } from '../../../src/tradeoff/reports/schema.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

/** One section of a report: every figure links to its page. */
export function ReportSectionCard({ section }: { readonly section: ReportSection }) {
  const { title, columns, rows, others, empty, notes } = section;
  const more = others === 0 ? [] : [`${counted(others, 'more row')} not listed.`];
  const note = [...more, ...notes].join(' ');
  return (
    <Card title={title} {...(note === '' ? {} : { note })} flush={rows.length > 0}>
      {rows.length === 0 ? (
        <p className={layout.quiet}>{empty}</p>
      ) : (
        <SortableTable
          label={title}
          rows={rows}
          columns={columns.map((head, at) => ({
            head,
            by: ({ cells }: ReportSection['rows'][number]) => cells[at]?.value,
            numeric: isFigure(rows[0]?.cells[at]),
          }))}
          row={({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, at) =>
                at === 0 ? (
                  <th key={columns[at]} scope="row">
                    <Figure cell={cell} />
                  </th>
                ) : (
                  <td key={columns[at]} className={isFigure(cell) ? table.number : undefined}>
                    <Figure cell={cell} />
                  </td>
                ),
              )}
            </tr>
          )}
        />
      )}
    </Card>
  );
}

function Figure({ cell }: { readonly cell: ReportCell }) {
  const { kind, value, currency, reason, link } = cell;
  if (value === null) return <Unknown reason={reason ?? 'not known'} />;
  const text =
    kind === 'money' && currency !== null ? (
      <MoneyFigure money={{ amount: value, currency }} />
    ) : (
      formatReportCell(cell)
    );
  return link === null ? (
    text
  ) : (
    <a href={link} className={parts.textLink}>
      {text}
    </a>
  );
}

function isFigure(cell: ReportCell | undefined): boolean {
  return cell !== undefined && cell.kind !== 'text';
}
