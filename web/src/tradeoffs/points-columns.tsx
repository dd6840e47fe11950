import { decimal } from '../../../src/platform/units/schema.ts';
import type { ModelFrontier, ModelFrontierPoint } from '../../../src/tradeoff/frontier/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatMoney } from '../format/money.ts';
import { counted, formatCount } from '../format/number.ts';
import { UnitCost } from '../parts/UnitCost.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import type { GridColumn } from '../table/DataTable.tsx';
import { AcceptanceMark } from './AcceptanceMark.tsx';
import { nameVersions } from './cascade-text.ts';
import { EstimatedFigure } from './EstimatedFigure.tsx';
import { formatReplicas } from './frontier-data.ts';
import { MeasureWithInterval } from './MeasureWithInterval.tsx';
import { PointLink } from './PointLink.tsx';
import { StatusMark } from './StatusMark.tsx';
import styles from './tradeoffs.module.css';

type Point = ModelFrontierPoint;

const STATUS_ORDER = ['frontier', 'tied', 'dominated'] as const;
const ACCEPTANCE_ORDER = ['accepted', 'unproven', 'rejected'] as const;

/** Columns of the table of points: status, quality, cost, and the prices of a point at which it wins. */
export function pointsColumns(
  { model, baseline, qualityAxis, costAxis }: ModelFrontier,
  labels: ReadonlyMap<string, string>,
): GridColumn<Point>[] {
  const currency = costAxis.currency ?? '';
  const price = (amount: string) => formatMoney({ amount, currency });
  return [
    {
      id: 'point',
      header: 'Version',
      compare: (a, b) => nameVersions(a).localeCompare(nameVersions(b), 'en', { numeric: true }),
      cell: (point) => (
        <>
          <PointLink model={model} point={point} labels={labels} />
          {point.aliases.map((alias) => (
            <span key={alias} className={styles.alias}>
              @{alias}
            </span>
          ))}
        </>
      ),
    },
    {
      id: 'status',
      header: 'Status',
      compare: (a, b) => STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status),
      cell: (point) => <StatusMark point={point} labels={labels} />,
    },
    {
      id: 'acceptance',
      header: 'Policy',
      compare: (a, b) => rankAcceptance(a) - rankAcceptance(b),
      cell: ({ acceptance }) => <AcceptanceMark acceptance={acceptance} />,
    },
    {
      id: 'quality',
      header: <span className={styles.qualityHead}>{formatMetricName(qualityAxis?.metric ?? 'Quality')}</span>,
      numeric: true,
      compare: (a, b) => a.quality.estimate - b.quality.estimate,
      cell: ({ quality }) => <MeasureWithInterval value={quality} tip={counted(quality.n, 'example')} />,
    },
    {
      id: 'difference',
      header: (
        <span className={styles.qualityHead}>{baseline === null ? 'Difference' : `Against v${baseline.version}`}</span>
      ),
      numeric: true,
      compare: (a, b) => (a.difference?.estimate ?? 0) - (b.difference?.estimate ?? 0),
      cell: ({ difference, version }) => <Difference {...{ difference, version, baseline }} />,
    },
    {
      id: 'cost',
      header: <span className={styles.costHead}>Cost a month</span>,
      numeric: true,
      compare: (a, b) => decimal(a.costPerMonth.amount).cmp(b.costPerMonth.amount),
      cell: ({ costPerMonth }) => <EstimatedFigure money={costPerMonth} />,
    },
    {
      id: 'price',
      header: 'Best at a point price',
      numeric: true,
      compare: (a, b) => decimal(a.tradePrice?.from ?? '1e30').cmp(b.tradePrice?.from ?? '1e30'),
      cell: ({ tradePrice }) => {
        if (tradePrice === null) return <Unknown reason="Not the best choice at any price per point." />;
        const { from, to } = tradePrice;
        return to === null ? `from ${price(from)}` : `${price(from)} to ${price(to)}`;
      },
    },
    {
      id: 'replicas',
      header: 'Replicas',
      numeric: true,
      compare: (a, b) => a.replicas.most - b.replicas.most,
      cell: ({ replicas, hardware, cascade, source }) => (
        <span data-tip={cascade === null ? `${hardware.name}; ${source}` : source}>{formatReplicas(replicas)}</span>
      ),
    },
    {
      id: 'unitCost',
      header: <span className={styles.costHead}>Per 1,000</span>,
      numeric: true,
      compare: (a, b) => decimal(a.costPerThousand.amount).cmp(b.costPerThousand.amount),
      cell: ({ costPerThousand }) => <UnitCost money={costPerThousand} count={1000} stated="1,000" />,
    },
  ];
}

function rankAcceptance({ acceptance }: Point): number {
  return acceptance === null ? ACCEPTANCE_ORDER.length : ACCEPTANCE_ORDER.indexOf(acceptance.result);
}

function Difference({
  difference,
  version,
  baseline,
}: Pick<Point, 'difference' | 'version'> & Pick<ModelFrontier, 'baseline'>) {
  if (difference !== null) {
    return (
      <MeasureWithInterval
        value={difference}
        isDifference
        tip={`${difference.test}, ${formatCount(difference.n)} examples in common`}
      />
    );
  }
  if (baseline === null) return <Unknown reason="There is no champion to compare with." />;
  return version === baseline.version ? 'baseline' : <Unknown reason="It was not evaluated on the same examples." />;
}
