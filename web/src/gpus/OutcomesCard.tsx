import { gpuOutcomesCsv } from '../../../src/finops/gpu-usage/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { Legend } from '../charts/Legend.tsx';
import { StackedBars } from '../charts/StackedBars.tsx';
import { usePng } from '../charts/use-png.ts';
import { formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import table from '../table/table.module.css';
import { bucketSeries, idleMoney, pickUnit, toMoney } from './figures.ts';
import styles from './gpus.module.css';
import type { GpusInView } from './use-gpus.ts';
import { hoursText, OUTCOMES } from './words.ts';

const HEIGHT = 240;
const LOADING_HEIGHT = 500;

/** The same GPU-hours by the outcome of the work. Failed and cancelled work is a separate view. */
export function OutcomesCard({ gpus: { outcomes, asked } }: { readonly gpus: GpusInView }) {
  const png = usePng('gpu-outcomes');
  return (
    <Card
      title="GPU time by outcome"
      note="The same hours by outcome: a failed run may have used its GPU well"
      actions={
        <>
          <a className={parts.button} href={buildUrl(gpuOutcomesCsv, { query: asked })} download="gpu-outcomes.csv">
            CSV<span className="visually-hidden"> of the outcomes</span>
          </a>
          <button type="button" className={parts.button} onClick={png.save}>
            PNG<span className="visually-hidden"> of the outcomes</span>
          </button>
        </>
      }
      flush
    >
      <Loaded query={outcomes} what="The outcomes" height={LOADING_HEIGHT}>
        {(data) => {
          const unit = pickUnit(data);
          const series = bucketSeries(data.outcomes, unit);
          const paid = toMoney(data.cost, 'paid');
          return (
            <>
              <div className={styles.chart}>
                <Legend series={series} />
                <StackedBars
                  label="Stacked bars: GPU time by how the work ended and part. The table below has the figures."
                  slots={data.outcomes.map(({ outcome }) => OUTCOMES[outcome].label)}
                  slotLabel={(name) => name}
                  series={series}
                  currency={unit}
                  height={HEIGHT}
                  onChart={png.onChart}
                />
              </div>
              <table className={table.table} data-testid="outcomes">
                <thead>
                  <tr>
                    <th scope="col">Outcome</th>
                    <th scope="col" className={`${table.number} ${table.wideOnly}`}>
                      Owners
                    </th>
                    <th scope="col" className={table.number}>
                      GPU-hours
                    </th>
                    <th scope="col" className={`${table.number} ${table.wideOnly}`}>
                      Idle
                    </th>
                    <th scope="col" className={table.number}>
                      Paid
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {data.outcomes.map(({ outcome, owners, gpuHours, cost }) => {
                    const [money, idle] = [toMoney(cost, 'paid'), idleMoney(cost)];
                    return (
                      <tr key={outcome}>
                        <th scope="row" data-tip={OUTCOMES[outcome].tip}>
                          {OUTCOMES[outcome].label}
                        </th>
                        <td className={`${table.number} ${table.wideOnly}`}>{formatCount(owners)}</td>
                        <td className={table.number}>{hoursText(gpuHours.paid)}</td>
                        <td className={`${table.number} ${table.wideOnly}`}>
                          {idle === null ? '' : <MoneyFigure money={idle} />}
                        </td>
                        <td className={table.number}>{money === null ? '' : <MoneyFigure money={money} />}</td>
                      </tr>
                    );
                  })}
                </tbody>
                <tfoot>
                  <tr>
                    <th scope="row">Total</th>
                    <td className={table.wideOnly} />
                    <td className={table.number}>{hoursText(data.gpuHours.paid)}</td>
                    <td className={table.wideOnly} />
                    <td className={table.number}>{paid === null ? '' : <MoneyFigure money={paid} />}</td>
                  </tr>
                </tfoot>
              </table>
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}
