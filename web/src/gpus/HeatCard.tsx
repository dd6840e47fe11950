import { useRef, useState } from 'react';
import type { GpuHeatMap } from '../../../src/finops/gpu-usage/schema.ts';
import { toCsv } from '../format/csv.ts';
import { counted, formatPercent } from '../format/number.ts';
import { formatDay, formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Pager } from '../parts/Pager.tsx';
import parts from '../parts/parts.module.css';
import { saveUrl } from '../parts/save-file.ts';
import { GpuPanel } from './GpuPanel.tsx';
import styles from './gpus.module.css';
import { HeatCanvas, type HeatCell } from './HeatCanvas.tsx';
import { HeatScale } from './HeatScale.tsx';
import { HeatTable } from './HeatTable.tsx';
import { NAMED_PX, pickTicks, rowHeight } from './heat-colour.ts';
import { IdleGpus } from './IdleGpus.tsx';
import { useGpuSavings } from './use-gpu-savings.ts';
import { type GpusInView, HEAT_ROWS } from './use-gpus.ts';
import { widthText } from './words.ts';

const VIEWS = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;
const LOADING_HEIGHT = 420;

const computeStart = (map: GpuHeatMap, slot: number) =>
  new Date(Date.parse(map.start ?? '') + slot * map.slotMs).toISOString();

/** The fleet over time, the most idle GPUs first; a row opens the readings of its GPU. */
export function HeatCard({ gpus }: { readonly gpus: GpusInView }) {
  const { heat, search, skip, choose } = gpus;
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const savings = useGpuSavings();
  const asTable = search.heat === 'table';
  const png = () => {
    const url = canvas.current?.toDataURL('image/png');
    if (url !== undefined) saveUrl('gpu-heat-map.png', url);
  };
  return (
    <Card
      title="Utilization by GPU"
      note={heat.data === undefined ? 'Mean utilization over time' : describeHeatMap(heat.data)}
      actions={
        <>
          <Choice
            label="Shown as"
            value={asTable ? 'table' : 'chart'}
            options={VIEWS}
            onChange={(value) => choose({ heat: value === 'table' ? 'table' : undefined })}
          />
          {heat.data !== undefined && (
            <CsvButton name="gpu-heat-map" what="the heat map" text={() => heatCsv(heat.data)} />
          )}
          {!asTable && (
            <button type="button" className={parts.button} onClick={png}>
              PNG<span className="visually-hidden"> of the heat map</span>
            </button>
          )}
        </>
      }
      flush={asTable}
    >
      <Loaded query={heat} what="The heat map" height={LOADING_HEIGHT}>
        {(map) => (
          <>
            {asTable ? (
              <HeatTable map={map} savings={savings} onOpen={(gpu) => choose({ gpu })} />
            ) : (
              <HeatPicture map={map} open={search.gpu} canvas={canvas} onOpen={(gpu) => choose({ gpu })} />
            )}
            {!asTable && <IdleGpus map={map} savings={savings} />}
            <Pager
              what="GPUs"
              offset={skip}
              pageSize={HEAT_ROWS}
              count={map.gpuCount}
              onChange={(offset) => choose({ skip: offset === 0 ? undefined : offset })}
            />
          </>
        )}
      </Loaded>
      {search.gpu !== undefined && (
        <GpuPanel gpu={search.gpu} days={gpus.days} onClose={() => choose({ gpu: undefined })} />
      )}
    </Card>
  );
}

function describeHeatMap({ slotMs, gpuCount }: GpuHeatMap): string {
  return `Mean utilization of ${counted(gpuCount, 'GPU')} in slots of ${widthText(slotMs)}, the most idle first; a row opens the GPU`;
}

interface HeatPictureProps {
  readonly map: GpuHeatMap;
  readonly open: string | undefined;
  readonly canvas: { current: HTMLCanvasElement | null };
  readonly onOpen: (gpu: string) => void;
}

function HeatPicture({ map, open, canvas, onOpen }: HeatPictureProps) {
  const [cell, setCell] = useState<HeatCell | null>(null);
  const height = rowHeight(map.rows.length);
  const slots = map.rows[0]?.means.length ?? 0;
  const openRow = ({ row }: HeatCell) => {
    const found = map.rows[row];
    if (found !== undefined) onOpen(found.gpu);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled area needs keyboard focus */}
      <section className={styles.heat} tabIndex={0} aria-label="GPUs over time">
        <div className={styles.names}>
          {height >= NAMED_PX &&
            map.rows.map(({ gpu }) => (
              <button
                key={gpu}
                type="button"
                className={styles.name}
                style={{ height }}
                aria-pressed={gpu === open}
                title={gpu}
                onClick={() => onOpen(gpu)}
              >
                {gpu}
              </button>
            ))}
        </div>
        <HeatCanvas
          map={map}
          label={`Heat map: mean utilization of ${counted(map.rows.length, 'GPU')} over time. Choose Table to read the figures.`}
          canvas={canvas}
          onPoint={setCell}
          onOpen={openRow}
        />
        <span />
        {map.start !== null && (
          <div className={styles.axis}>
            {pickTicks(slots).map((slot) => (
              <span key={slot} className={styles.tick} style={{ left: `${(100 * slot) / slots}%` }}>
                {formatDay(computeStart(map, slot).slice(0, 10))}
              </span>
            ))}
          </div>
        )}
      </section>
      <div className={styles.foot}>
        <HeatScale />
        <span className={styles.pointed} data-testid="pointed">
          {cell === null ? '' : cellText(map, cell)}
        </span>
      </div>
    </>
  );
}

function cellText(map: GpuHeatMap, { row, slot }: HeatCell): string {
  const found = map.rows[row];
  if (found === undefined) return '';
  const mean = found.means[slot] ?? null;
  const phrase = mean === null ? 'no readings' : formatPercent(mean * 100);
  return `${found.gpu}, ${formatInstant(computeStart(map, slot))}: ${phrase}`;
}

function heatCsv(map: GpuHeatMap): string {
  return toCsv(
    ['gpu', 'start', 'meanUtilizationRatio'],
    map.rows.flatMap(({ gpu, means }) =>
      means.map((mean, slot) => [gpu, computeStart(map, slot), mean === null ? null : String(mean)]),
    ),
  );
}
