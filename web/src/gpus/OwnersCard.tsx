import { gpuOwnersCsv, OwnerDimension } from '../../../src/finops/gpu-usage/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { Legend } from '../charts/Legend.tsx';
import { StackedBars } from '../charts/StackedBars.tsx';
import { usePng } from '../charts/use-png.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { bucketSeries, pickUnit } from './figures.ts';
import styles from './gpus.module.css';
import { OwnersTable } from './OwnersTable.tsx';
import type { GpusInView } from './use-gpus.ts';
import { DIMENSIONS, GPU_HOURS, ownerName, shortName } from './words.ts';

const HEIGHT = 280;
const LOADING_HEIGHT = 700;

/** Idle time by owner in money: bars by bucket, and the same as a table. */
export function OwnersCard({ gpus }: { readonly gpus: GpusInView }) {
  const { by, owners, choose, ownersQuery } = gpus;
  const png = usePng(`gpus-by-${by}`);
  const csv = buildUrl(gpuOwnersCsv, { query: { ...ownersQuery, top: 10_000 } });
  return (
    <Card
      title="Idle GPU time and its cost by owner"
      note="Each GPU second belongs to one part of one owner; the parts add up to the amount paid, to the last digit"
      actions={
        <>
          <Select
            label="By"
            value={by}
            options={OwnerDimension.options.map((value) => ({ value, label: DIMENSIONS[value] }))}
            onChange={(value) => choose({ by: OwnerDimension.options.find((one) => one === value) })}
          />
          <a className={parts.button} href={csv} download={`gpus-by-${by}.csv`}>
            CSV<span className="visually-hidden"> of the owners</span>
          </a>
          <button type="button" className={parts.button} onClick={png.save}>
            PNG<span className="visually-hidden"> of the owners</span>
          </button>
        </>
      }
      flush
    >
      <Loaded query={owners} what="The owners" height={LOADING_HEIGHT}>
        {(data) => {
          const listed = [...data.groups, ...(data.others === null ? [] : [data.others])];
          const names = listed.map((group, index) =>
            index === data.groups.length ? `${data.groupCount - data.groups.length} others` : ownerName(group),
          );
          const unit = pickUnit(data);
          const series = bucketSeries(listed, unit);
          return (
            <>
              <div className={styles.chart}>
                <Legend series={series} />
                <StackedBars
                  label={`Stacked bars: ${unit === GPU_HOURS ? 'GPU-hours' : 'money'} by ${DIMENSIONS[data.by].toLowerCase()} and part. The table below has the figures.`}
                  slots={names}
                  slotLabel={shortName}
                  series={series}
                  currency={unit}
                  height={HEIGHT}
                  onChart={png.onChart}
                />
              </div>
              <OwnersTable owners={data} />
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}
