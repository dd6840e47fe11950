import { Link } from '@tanstack/react-router';
import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { formatCount } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
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
    <SortableTable
      label="Models"
      rows={listed.flatMap(({ frontier }) => (frontier === null ? [] : [frontier]))}
      columns={[
        { head: 'Model', by: (one) => one.model },
        { head: 'Points', by: (one) => one.points.length, numeric: true },
        { head: 'Champion', by: (one) => one.baseline?.version, className: table.wideOnly },
        { head: 'Cheapest, not worse', by: (one) => findCheapest(one)?.version },
        {
          head: <span className={styles.costHead}>Cost a month</span>,
          by: (one) => findCheapest(one)?.costPerMonth.amount,
          numeric: true,
        },
        {
          head: <span className={styles.costHead}>Saving a month</span>,
          by: (one) => one.cheapestNonInferior.saving?.amount,
          numeric: true,
        },
      ]}
      row={(frontier) => <Row key={frontier.model} frontier={frontier} />}
    />
  );
}

function findCheapest({ points, cheapestNonInferior }: ModelFrontier) {
  return findPoint(points, cheapestNonInferior.point);
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
