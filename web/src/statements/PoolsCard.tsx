import type { StatementFacts, StatementPool } from '../../../src/finops/statements/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { toCsv } from '../format/csv.ts';
import { formatPercent } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { type Cost, toCost } from './amounts.ts';
import styles from './statements.module.css';

interface PoolsCardProps {
  readonly facts: StatementFacts;
  readonly cost: Cost;
}

/** The shared part pool by pool: how it is split, how large it is, and the team's part of it. */
export function PoolsCard({ facts, cost }: PoolsCardProps) {
  const csv = () =>
    toCsv(
      [
        'rule',
        'method',
        'way',
        'billedCost',
        'effectiveCost',
        'poolBilledCost',
        'poolEffectiveCost',
        'ratio',
        'currency',
      ],
      facts.pools.map((pool) => [
        ...[pool.rule, pool.method, pool.way, pool.billedCost, pool.effectiveCost],
        ...[pool.poolBilledCost, pool.poolEffectiveCost, pool.ratio, pool.currency],
      ]),
    );
  return (
    <Card title="Shared pools" actions={<CsvButton name={`pools-${facts.period}`} what="the pools" text={csv} />} flush>
      <SortableTable
        testId="pools"
        rows={facts.pools}
        columns={[
          { head: 'Pool', by: (one) => one.rule },
          { head: 'Method', by: (one) => methodText(one.method) },
          { head: 'Whole pool', by: (one) => toPoolCost(one, cost).amount, numeric: true, className: table.wideOnly },
          { head: 'Share', by: (one) => one.ratio, numeric: true },
          { head: 'Cost', by: (one) => toCost(one, cost).amount, numeric: true },
        ]}
        row={(pool) => (
          <tr key={`${pool.rule} ${pool.way} ${pool.method} ${pool.currency}`}>
            <th scope="row">
              {pool.rule}
              {pool.way === 'idle' && <small className={styles.small}>idle</small>}
            </th>
            <td>{methodText(pool.method)}</td>
            <td className={`${table.number} ${table.wideOnly}`}>
              <MoneyFigure money={toPoolCost(pool, cost)} />
            </td>
            <td className={table.number}>
              {pool.ratio === null ? (
                <Unknown reason="The pool is 0, so there is no share." />
              ) : (
                <span data-tip={pool.ratio}>{formatPercent(decimal(pool.ratio).times(100).toNumber())}</span>
              )}
            </td>
            <td className={table.number}>
              <MoneyFigure money={toCost(pool, cost)} />
            </td>
          </tr>
        )}
      />
    </Card>
  );
}

function toPoolCost(pool: StatementPool, cost: Cost) {
  return { amount: cost === 'billed' ? pool.poolBilledCost : pool.poolEffectiveCost, currency: pool.currency };
}

/** `proportional/cost` -> `proportional to cost`. */
function methodText(method: string): string {
  const [how = method, by] = method.split('/');
  return by === undefined ? `by ${how}`.replace('by even', 'evenly') : `${how} to ${by}`;
}
