import { counted, formatCount, formatMeasure, formatPercent } from '../format/number.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import type { OutcomeRow } from './evaluation-rows.ts';
import styles from './models.module.css';

const NOT_COMPARED =
  'No gate has compared this table with the champion; check the version by a policy whose rules name this evaluation.';

/** One row for each outcome of each evaluation, newest version first. */
export function EvaluationsTable({ rows }: { readonly rows: readonly OutcomeRow[] }) {
  return (
    <SortableTable
      label="Evaluations"
      rows={rows}
      columns={[
        { head: 'Evaluation', by: (one) => one.evaluation.name },
        { head: 'Outcome', by: (one) => one.outcome.outcome },
        { head: 'Mean', by: (one) => one.outcome.mean, numeric: true, className: styles.qualityHead },
        { head: 'Examples', by: (one) => one.evaluation.rows, numeric: true },
        { head: 'In common with champion', by: (one) => one.common?.pairs, numeric: true },
        {
          head: 'Difference from champion',
          by: (one) => one.difference?.estimate,
          numeric: true,
          className: styles.qualityHead,
        },
        { head: 'Imported', by: (one) => one.evaluation.importedAt },
      ]}
      row={(row) => <Row key={row.id} row={row} />}
    />
  );
}

function Row({ row: { evaluation, outcome, older, common, difference } }: { readonly row: OutcomeRow }) {
  const { name, version, rows, clusters, source, importedAt, importedBy, sha256 } = evaluation;
  return (
    <tr>
      <th scope="row">
        <span data-tip={`${source}; sha256 ${sha256}`}>{name}</span>
        <span className={layout.sub}>
          version {version}
          {older > 0 && `, ${counted(older, 'older version')}`}
        </span>
      </th>
      <td>
        {outcome.outcome}
        <span className={layout.sub}>{outcome.kind === 'binary' ? '0 or 1' : 'score'}</span>
      </td>
      <td className={table.number}>
        <data value={outcome.mean} data-tip={String(outcome.mean)}>
          {formatMeasure(outcome.mean)}
        </data>
      </td>
      <td className={table.number}>
        {formatCount(rows)}
        {clusters !== null && <span className={layout.sub}>{counted(clusters, 'cluster')}</span>}
      </td>
      <td className={table.number}>
        {common === null ? (
          <Unknown reason={NOT_COMPARED} />
        ) : (
          <>
            {formatCount(common.pairs)} ({formatPercent(100 * common.overlap)})
            {common.champion !== null && <span className={layout.sub}>with version {common.champion}</span>}
          </>
        )}
      </td>
      <td className={table.number}>
        <Difference difference={difference} />
      </td>
      <td className={styles.when}>
        <Instant at={importedAt} dayOnly />
        <span className={layout.sub}>by {importedBy}</span>
      </td>
    </tr>
  );
}

function Difference({ difference }: Pick<OutcomeRow, 'difference'>) {
  if (difference === null) return <Unknown reason={NOT_COMPARED} />;
  const { estimate, interval, test } = difference;
  return (
    <>
      <data value={estimate} data-tip={`${estimate}${test === null ? '' : `; ${test}`}`}>
        {formatSigned(estimate)}
      </data>
      {interval !== null && (
        <span className={styles.interval}>
          {' '}
          ({formatSigned(interval.lower)} to {formatSigned(interval.upper)})
        </span>
      )}
    </>
  );
}

function formatSigned(value: number): string {
  return value > 0 ? `+${formatMeasure(value)}` : formatMeasure(value);
}
