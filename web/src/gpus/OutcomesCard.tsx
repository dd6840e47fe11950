import { gpuOutcomesCsv } from '../../../src/finops/gpu-usage/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { Legend } from '../charts/Legend.tsx';
import { StackedBars } from '../charts/StackedBars.tsx';
import { usePng } from '../charts/use-png.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { bucketSeries, pickUnit } from './figures.ts';
import styles from './gpus.module.css';
import { OutcomesTable } from './OutcomesTable.tsx';
import type { GpusInView } from './use-gpus.ts';
import { OUTCOMES } from './words.ts';

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
              <OutcomesTable outcomes={data} />
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}
