import { Link } from '@tanstack/react-router';
import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { formatCount } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { EstimatedFigure } from './EstimatedFigure.tsx';
import { findPoint } from './find-point.ts';
import { PointLink } from './PointLink.tsx';
import { labelPoints } from './point-labels.ts';
import styles from './tradeoffs.module.css';

export interface ListedFrontier {
  readonly model: string;
  readonly frontier: ModelFrontier | null;
  readonly error: Error | null;
}

/** Models with the choice that each offers. */
export function TradeOffsList({ listed }: { readonly listed: readonly ListedFrontier[] }) {
  return (
    <table className={table.table} aria-label="Models">
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col" className={table.number}>
            Points
          </th>
          <th scope="col" className={table.wideOnly}>
            Champion
          </th>
          <th scope="col">Cheapest, not worse</th>
          <th scope="col" className={table.number}>
            <span className={styles.costHead}>Cost a month</span>
          </th>
          <th scope="col" className={table.number}>
            <span className={styles.costHead}>Saving a month</span>
          </th>
        </tr>
      </thead>
      <tbody>{listed.map(({ model, frontier }) => frontier !== null && <Row key={model} frontier={frontier} />)}</tbody>
    </table>
  );
}

function Row({ frontier: { model, points, baseline, cheapestNonInferior } }: { readonly frontier: ModelFrontier }) {
  const point = findPoint(points, cheapestNonInferior.point);
  const { saving, reason } = cheapestNonInferior;
  const unknown = <Unknown reason={reason} />;
  return (
    <tr>
      <th scope="row">
        <Link to="/trade-offs/$model" params={{ model }} className={table.rowLink}>
          {model}
        </Link>
      </th>
      <td className={table.number}>{formatCount(points.length)}</td>
      <td className={table.wideOnly}>
        {baseline === null ? <Unknown reason="No version has the champion alias." /> : `v${baseline.version}`}
      </td>
      <td>{point === null ? unknown : <PointLink model={model} point={point} labels={labelPoints(points)} />}</td>
      <td className={table.number}>{point === null ? unknown : <EstimatedFigure money={point.costPerMonth} />}</td>
      <td className={table.number}>{saving === null ? unknown : <EstimatedFigure money={saving} />}</td>
    </tr>
  );
}
