import { Link } from '@tanstack/react-router';
import type { ReturnRow } from '../../../src/tradeoff/returns/schema.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { ReturnMoney } from './ReturnMoney.tsx';

const MOST_LISTED = 20;
const MOST_VERSIONS = 3;

const ORDERS: Comparators<ReturnRow> = {
  name: compareTexts(({ key }) => key),
  runs: compareNumbers(({ experiment }) => experiment?.runs),
  cost: compareAmounts(({ making }) => making.cost?.amount),
  versions: compareNumbers(({ experiment }) => experiment?.versions.length),
  paid: compareNumbers(({ experiment }) => (experiment?.paid == null ? null : Number(experiment.paid))),
  improvement: compareNumbers(({ experiment }) => experiment?.quality.points),
  point: compareAmounts(({ experiment }) => experiment?.quality.costPerPoint?.amount),
};

/** Which experiments paid, and what a point of quality cost. */
export function ExperimentsCard({ rows }: { readonly rows: readonly ReturnRow[] }) {
  const { sorted, sort } = useSorted(rows, ORDERS);
  return (
    <Card
      title="Experiments"
      note="Cost of all runs against the contribution of the versions that came from them. A point is 0.01 of the metric, against the first run."
      flush
    >
      <SidewaysBox label="Experiments">
        <table className={table.table} aria-label="Experiments">
          <thead>
            <tr>
              <SortHead column="name" sort={sort}>
                Experiment
              </SortHead>
              <SortHead column="runs" sort={sort} numeric>
                Runs
              </SortHead>
              <SortHead column="cost" sort={sort} numeric>
                Cost
              </SortHead>
              <SortHead column="versions" sort={sort}>
                Versions
              </SortHead>
              <SortHead column="paid" sort={sort}>
                Paid
              </SortHead>
              <SortHead column="improvement" sort={sort} numeric>
                Improvement
              </SortHead>
              <SortHead column="point" sort={sort} numeric>
                Cost per point
              </SortHead>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, MOST_LISTED).map((row) => (
              <ExperimentRow key={row.key ?? ''} row={row} />
            ))}
          </tbody>
        </table>
      </SidewaysBox>
    </Card>
  );
}

function ExperimentRow({ row: { key, making, contribution, experiment } }: { readonly row: ReturnRow }) {
  if (experiment === null) return null;
  const { runs, versions, paid, quality } = experiment;
  return (
    <tr>
      <th scope="row">
        <Link
          to="/experiments/$experimentId"
          params={{ experimentId: experiment.experimentId }}
          className={table.rowLink}
        >
          {key}
        </Link>
      </th>
      <td className={table.number}>{formatCount(runs)}</td>
      <td className={table.number}>
        <ReturnMoney money={making.cost} reason={making.reason} isLowerBound={making.isLowerBound} />
      </td>
      <td>
        {versions.slice(0, MOST_VERSIONS).map(({ model, version, isServed }, index) => (
          <span key={`${model} ${version}`}>
            {index > 0 && ', '}
            <VersionLink model={model} version={version}>
              v{version}
            </VersionLink>
            {isServed && ' in production'}
          </span>
        ))}
        {versions.length > MOST_VERSIONS && ` and ${versions.length - MOST_VERSIONS} more`}
        {versions.length === 0 && <Unknown reason="no version came from its runs" />}
      </td>
      <td>
        {paid === null ? <Unknown reason={contribution.reason ?? making.reason ?? 'not known'} /> : paid ? 'Yes' : 'No'}
      </td>
      <td className={table.number}>
        {quality.points === null ? (
          <Unknown reason={quality.reason ?? 'not known'} />
        ) : (
          <span data-tip={`${quality.metric}: ${quality.baseline} to ${quality.best}`}>
            {formatMeasure(quality.points)} points
          </span>
        )}
      </td>
      <td className={table.number}>
        <ReturnMoney money={quality.costPerPoint} reason={quality.reason} />
      </td>
    </tr>
  );
}
