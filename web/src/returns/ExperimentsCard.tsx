import { Link } from '@tanstack/react-router';
import type { ReturnRow } from '../../../src/tradeoff/returns/schema.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import table from '../table/table.module.css';
import { ReturnMoney } from './ReturnMoney.tsx';

const MOST_LISTED = 20;
const MOST_VERSIONS = 3;

/** Which experiments paid, and what a point of quality cost. */
export function ExperimentsCard({ rows }: { readonly rows: readonly ReturnRow[] }) {
  return (
    <Card
      title="Experiments"
      note="Cost of all runs against the contribution of the versions that came from them. A point is 0.01 of the metric, against the first run."
      flush
    >
      <table className={table.table} aria-label="Experiments">
        <thead>
          <tr>
            <th scope="col">Experiment</th>
            <th scope="col" className={table.number}>
              Runs
            </th>
            <th scope="col" className={table.number}>
              Cost
            </th>
            <th scope="col">Versions</th>
            <th scope="col">Paid</th>
            <th scope="col" className={table.number}>
              Improvement
            </th>
            <th scope="col" className={table.number}>
              Cost per point
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_LISTED).map((row) => (
            <ExperimentRow key={row.key ?? ''} row={row} />
          ))}
        </tbody>
      </table>
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
