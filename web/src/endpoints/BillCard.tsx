import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { EndpointDetail } from '../../../src/mlops/serving/schema.ts';
import { getModelScorecard } from '../../../src/tradeoff/scorecards/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { formatDays } from '../returns/format-days.ts';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './endpoints.module.css';

const HEIGHT = 72;
const UNKNOWN = 'Unknown: no cost of the bill is allocated to it.';

/** Cost of the served models on the bill, next to the metered cost of their versions here. */
export function BillCard({ endpoint: { variants, canary } }: { readonly endpoint: EndpointDetail }) {
  const models = [...new Set([...variants, ...canary].map(({ model }) => model))];
  const cards = useQueries({
    queries: models.map((model) => endpointQuery(getModelScorecard, { params: { model }, query: {} })),
  });
  const known = cards.flatMap(({ data }) => data ?? []);
  const isPending = cards.some((one) => one.isPending);
  const [first] = known;
  if (!isPending && first === undefined) return null;
  return (
    <Card
      title="Cost of the model on the bill"
      note={
        first === undefined
          ? 'Effective cost that is allocated to the model'
          : `${formatDays(first.range)}: effective cost that is allocated to the whole model, on every endpoint. Metered cost is not a part of it.`
      }
      flush
    >
      {isPending ? (
        <Skeleton height={HEIGHT} />
      ) : (
        <SortableTable
          label="Cost of the served models on the bill"
          rows={known}
          columns={[
            { head: 'Model', by: ({ scorecard }) => scorecard.model },
            { head: 'Cost to run', by: ({ scorecard }) => scorecard.cost.running?.amount, numeric: true },
            { head: 'Cost to make', by: ({ scorecard }) => scorecard.cost.making?.amount, numeric: true },
          ]}
          row={({ scorecard: { model, cost } }) => (
            <tr key={model}>
              <th scope="row">
                <Link to="/models/$model" params={{ model }} className={parts.textLink}>
                  {model}
                </Link>
              </th>
              {(['running', 'making'] as const).map((part) => (
                <td key={part} className={table.number}>
                  {cost[part] === null ? (
                    <Unknown reason={cost.reason ?? UNKNOWN} />
                  ) : (
                    <span className={styles.cost}>
                      <MoneyFigure money={cost[part]} />
                    </span>
                  )}
                </td>
              ))}
            </tr>
          )}
        />
      )}
    </Card>
  );
}
