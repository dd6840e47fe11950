import type { EndpointDetail, EndpointVariant } from '../../../src/mlops/serving/schema.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import styles from './endpoints.module.css';
import { PerMillion } from './PerMillion.tsx';
import { NO_PRICE, NONE_ANSWERED } from './words.ts';

const COMPARE: Comparators<EndpointVariant> = {
  variant: (a, b) => a.variant.localeCompare(b.variant),
  serves: compareTexts((a) => `${a.model} ${a.version}`),
  predictions: compareNumbers((a) => a.cost.predictions),
  hours: (a, b) => Number(a.cost.hours) - Number(b.cost.hours),
  cost: compareAmounts((a) => a.cost.cost?.amount),
  unit: compareAmounts((a) => a.cost.per1000?.amount),
};

/** Cost of the versions that answer in the last seven days, and its basis. */
export function CostCard({ endpoint: { name, variants, canary } }: { readonly endpoint: EndpointDetail }) {
  const { sorted, sort } = useSorted([...variants, ...canary], COMPARE);
  return (
    <Card
      title="Cost by version"
      note="Last 7 days, metered, basis served: replicas cost money also while no request comes, so the cost per 1M falls with traffic."
      flush
    >
      {sorted.length === 0 ? (
        <EmptyState shows="Replica-hours and cost of each version." why="No revision has received traffic yet." />
      ) : (
        <table className={table.table} aria-label={`Cost of ${name}`}>
          <thead>
            <tr>
              <SortHead column="variant" sort={sort}>
                Variant
              </SortHead>
              <SortHead column="serves" sort={sort}>
                Serves
              </SortHead>
              <SortHead column="predictions" sort={sort} numeric>
                Predictions
              </SortHead>
              <SortHead column="hours" sort={sort} numeric className={table.wideOnly}>
                Replica-hours
              </SortHead>
              <SortHead column="cost" sort={sort} numeric className={table.wideOnly}>
                Cost
              </SortHead>
              <SortHead column="unit" sort={sort} numeric>
                Cost per 1M
              </SortHead>
            </tr>
          </thead>
          <tbody>
            {sorted.map((one) => (
              <Row key={`${one.variant} ${one.version}`} variant={one} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Row({ variant: { variant, model, version, cost } }: { readonly variant: EndpointVariant }) {
  return (
    <tr>
      <th scope="row">{variant}</th>
      <td>
        <VersionLink model={model} version={version}>
          {model} v{version}
        </VersionLink>
      </td>
      <td className={table.number}>
        {cost.predictions === null ? <Unknown reason={NONE_ANSWERED} /> : formatCount(cost.predictions)}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        <data value={cost.hours} data-tip={`${cost.hours} replica-hours`}>
          {formatMeasure(cost.hours)}
        </data>
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {cost.cost === null ? (
          <Unknown reason={NO_PRICE} />
        ) : (
          <span className={styles.cost}>
            <MoneyFigure money={cost.cost} />
          </span>
        )}
      </td>
      <td className={table.number}>
        <PerMillion per1000={cost.per1000} unpriced={cost.unpriced} />
      </td>
    </tr>
  );
}
