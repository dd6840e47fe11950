import { Fragment } from 'react';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { toCsv } from '../format/csv.ts';
import { formatMoney } from '../format/money.ts';
import { formatMeasure, formatPercent } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { CostFigure } from './CostFigure.tsx';
import { formatDuration } from './duration.ts';
import { guessDirection } from './metric-words.ts';
import { COST_KEY, computeDelta, computeDiff, type Delta, type DiffRow, DURATION_KEY, SECTIONS } from './run-diff.ts';
import styles from './runs.module.css';
import type { Compare } from './use-compare.ts';

const WHICH = [
  { value: 'changed', label: 'Differences' },
  { value: 'all', label: 'All' },
] as const;

/** Inputs and results of the runs in columns, with the difference from the first run. */
export function DiffCard({ compare }: { readonly compare: Compare }) {
  const { search, visible, change } = compare;
  const all = computeDiff(visible.map(({ run }) => run));
  const rows = search.rows === 'all' ? all : all.filter((row) => row.differs);
  const same = all.length - rows.length;
  return (
    <Card
      title="Differences between the runs"
      note={`Compared with ${visible[0]?.name ?? 'the first run'}.${same > 0 ? ` ${same} values are the same and not shown.` : ''}`}
      flush
      actions={
        <>
          <Choice
            label="Which values"
            value={search.rows ?? 'changed'}
            options={WHICH}
            onChange={(value) => change({ rows: value === 'all' ? value : undefined })}
          />
          <CsvButton
            name="runs-diff"
            what="the differences"
            text={() =>
              toCsv(
                ['section', 'key', ...visible.map(({ name }) => name)],
                rows.map((row) => [row.section, row.key, ...row.values]),
              )
            }
          />
        </>
      }
    >
      {rows.length === 0 ? (
        <EmptyState shows="Params, metrics, tags and costs that differ." why="All values of these runs are the same." />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        <section className={styles.diffScroll} tabIndex={0} aria-label="Differences">
          <table className={`${table.table} ${styles.diff}`}>
            <thead>
              <tr>
                <th scope="col">Value</th>
                {visible.map(({ run, name, variable }) => (
                  <th key={run.runId} scope="col" className={styles.diffCell}>
                    <span className={table.named}>
                      <Swatch variable={variable} />
                      {name}
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {SECTIONS.map((section) => {
                const part = rows.filter((row) => row.section === section);
                if (part.length === 0) return null;
                return (
                  <Fragment key={section}>
                    <tr className={styles.sectionRow}>
                      <th scope="rowgroup" colSpan={visible.length + 1}>
                        {section}
                      </th>
                    </tr>
                    {part.map((row) => (
                      <tr key={row.key}>
                        <th scope="row" className={styles.key}>
                          {section === 'Cost' ? row.key : <code>{row.key}</code>}
                        </th>
                        {visible.map(({ run }, index) => (
                          <DiffCell key={run.runId} row={row} value={row.values[index] ?? null} run={run} />
                        ))}
                      </tr>
                    ))}
                  </Fragment>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </Card>
  );
}

interface DiffCellProps {
  readonly row: DiffRow;
  readonly value: string | null;
  readonly run: Run;
}

function DiffCell({ row, value, run }: DiffCellProps) {
  const [base = null] = row.values;
  const delta = computeDelta(base, value);
  const className = `${styles.diffCell} ${value !== base ? styles.changed : ''}`;
  if (value === null) {
    return (
      <td className={className}>
        {row.key === COST_KEY ? (
          <CostFigure total={run.cost.total} />
        ) : (
          <Unknown reason="This run has no such value." />
        )}
      </td>
    );
  }
  return (
    <td className={className} data-tip={value}>
      {formatDiffValue(row, value, run)}
      {delta !== null && <DeltaText row={row} delta={delta} currency={run.cost.total.cost?.currency} />}
    </td>
  );
}

function formatDiffValue(row: DiffRow, value: string, run: Run) {
  if (row.section === 'Cost' && row.key === COST_KEY) return <CostFigure total={run.cost.total} />;
  if (row.section === 'Cost' && row.key === DURATION_KEY) return formatDuration(Number(value));
  const figure = row.section === 'Metrics' || row.section === 'Cost';
  return figure && Number.isFinite(Number(value)) ? formatMeasure(value) : value;
}

interface DeltaTextProps {
  readonly row: DiffRow;
  readonly delta: Delta;
  readonly currency: string | undefined;
}

function DeltaText({ row, delta, currency }: DeltaTextProps) {
  const up = !delta.difference.startsWith('-');
  const better = row.section === 'Cost' ? 'lower' : row.section === 'Metrics' ? guessDirection(row.key) : null;
  const judged = better !== null;
  const good = up === (better === 'higher');
  const size = formatSize(row, delta.difference.replace('-', ''), currency);
  const share = delta.ratio === null ? '' : `, ${formatPercent(Math.abs(delta.ratio) * 100)}`;
  return (
    <span className={`${styles.delta} ${judged ? (good ? styles.deltaGood : styles.deltaBad) : ''}`}>
      {up ? '↑' : '↓'} {size}
      {share}
      {judged && (good ? ', better' : ', worse')}
    </span>
  );
}

function formatSize({ section, key }: DiffRow, size: string, currency: string | undefined): string {
  if (section === 'Cost' && key === DURATION_KEY) return formatDuration(Number(size));
  if (section === 'Cost' && key === COST_KEY && currency !== undefined) return formatMoney({ amount: size, currency });
  return formatMeasure(size);
}
